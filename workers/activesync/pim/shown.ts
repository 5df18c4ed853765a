import type { PimItem } from '../../../core/pim/types.ts';

/**
 * An item as a device is shown it. Marks of text messages are changed like those of messages, beside their document, and
 * win over what it says.
 */
export function asShown(item: PimItem): PimItem {
  if (item.kind !== 'sms') return item;
  const keywords = Object.fromEntries(item.categories.map((name) => [name, true as const]));
  return { ...item, document: { ...item.document, isRead: item.isRead, keywords } };
}
