import type { WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import type { SyncOptions } from '../../../core/sync/options.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import { codecOf } from './index.ts';
import { asShown } from './shown.ts';

/** Children of ApplicationData and of Properties; null for what has no form on the wire. */
export async function itemProperties(
  context: EasContext,
  item: PimItem,
  options: SyncOptions,
  whole = false,
): Promise<WbxmlNode[] | null> {
  const codec = codecOf(item.kind);
  if (codec === undefined) return null;
  const bodies = item.kind === 'sms' && options.sms !== null ? options.sms.bodies : options.bodies;
  return codec.render(context, asShown(item), { ...options, bodies }, whole);
}

/** What the answer to an Add says of the new item. What it cannot say, the next Sync does. */
export function addedProperties(context: EasContext, item: PimItem | undefined): WbxmlNode[] {
  if (item === undefined) return [];
  try {
    return codecOf(item.kind)?.added?.(context, asShown(item)) ?? [];
  } catch (error) {
    context.log.error('eas.item-not-rendered', { itemId: item.itemId, error: describeError(error) });
    return [];
  }
}
