import type { ItemClass } from '../../../core/mail/types.ts';
import { CLASS_OF_KIND, type ItemKind } from '../../../core/pim/types.ts';

/** Class of an item on the wire (MS-ASCMD 2.2.3.27). */
export function classNameOf(kind: ItemKind): ItemClass | 'SMS' {
  return kind === 'sms' ? 'SMS' : CLASS_OF_KIND[kind];
}
