import type { ItemView } from './view.ts';

function parsed(time: string | undefined): number | null {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? null : at;
}

/** When an item came to be, milliseconds since the epoch: of a message when it was received or saved. */
export function createdAt({ state, pim }: ItemView): number {
  if (pim === null) return state.receivedAt;
  if (pim.kind === 'sms') return parsed(pim.document.date) ?? 0;
  return parsed(pim.document.created) ?? parsed(pim.document.updated) ?? 0;
}

/** When it was last changed, as far as that is known. */
export function modifiedAt(view: ItemView): number {
  const { pim, message } = view;
  if (pim !== null) return (pim.kind === 'sms' ? null : parsed(pim.document.updated)) ?? createdAt(view);
  return Math.max(view.state.receivedAt, message?.lastVerbAt ?? 0);
}

/** When it was sent; of what was not sent yet, when it was saved: clients sort by it. */
export function sentAt(view: ItemView): number {
  return view.message?.sentAt ?? createdAt(view);
}
