import type { Card } from './types.ts';

type Relation = 'spouse' | 'child';

/** Names of people related so; those that are named by the address of a card of their own are left out. */
export function relatedNames(card: Card, relation: Relation): string[] {
  return Object.entries(card.relatedTo ?? {})
    .filter(([key, { relation: relations }]) => relations?.[relation] === true && !isUri(key))
    .map(([key]) => key);
}

/** The card with these names in place of those of the same relation. */
export function withRelatedNames(card: Card, relation: Relation, names: readonly string[]): Card {
  const related = new Map<string, { relation: Record<string, true> }>();
  for (const [key, entry] of Object.entries(card.relatedTo ?? {})) {
    const { [relation]: was, ...others } = entry.relation ?? {};
    if (was === undefined || isUri(key)) related.set(key, entry);
    else if (Object.keys(others).length > 0) related.set(key, { ...entry, relation: others });
  }
  for (const name of names) {
    const entry = related.get(name);
    related.set(name, { ...entry, relation: { ...entry?.relation, [relation]: true } });
  }
  const { relatedTo: _before, ...rest } = card;
  return related.size === 0 ? rest : { ...rest, relatedTo: Object.fromEntries(related) };
}

function isUri(text: string): boolean {
  return /^(?:urn:|mailto:|tel:|https?:)/i.test(text);
}
