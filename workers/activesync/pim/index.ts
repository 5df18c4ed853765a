import type { ItemClass } from '../../../core/mail/types.ts';
import { CLASS_OF_KIND, type PimKind } from '../../../core/pim/types.ts';
import { calendarCodec } from './calendar/codec.ts';
import type { ItemCodec } from './codec.ts';
import { contactCodec } from './contacts/codec.ts';
import { noteCodec } from './notes/index.ts';
import { smsCodec } from './sms/index.ts';
import { taskCodec } from './tasks/index.ts';

/** One line for each class of items. */
const CODECS: readonly ItemCodec[] = [calendarCodec, contactCodec, noteCodec, smsCodec, taskCodec];

/** The codec of a kind of items; undefined for a kind that no device is told of. */
export function codecOf(kind: PimKind): ItemCodec | undefined {
  return CODECS.find((codec) => codec.kind === kind);
}

/** The codec of what a folder of this class holds. A folder of mail is no folder of one. */
export function codecOfFolder(itemClass: ItemClass): ItemCodec | undefined {
  if (itemClass === 'Email') return undefined;
  return CODECS.find((codec) => CLASS_OF_KIND[codec.kind] === itemClass);
}
