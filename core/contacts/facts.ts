import type { PimFacts } from '../pim/types.ts';
import { fileAs } from './name.ts';
import type { Card } from './types.ts';

const MAX_TITLE = 255;

/** What queries ask of a contact, but for its UID, which all kinds have. */
export function contactFacts(card: Card): Omit<PimFacts, 'uid'> {
  const made = Date.parse(card.created ?? card.updated);
  return {
    sortAt: Number.isNaN(made) ? 0 : made,
    startsAt: null,
    endsAt: null,
    remindAt: null,
    title: [...fileAs(card).slice(0, 2 * MAX_TITLE)].slice(0, MAX_TITLE).join(''),
  };
}
