import type { Card, NameComponent } from './types.ts';

type Kind = NameComponent['kind'];

/** Order in which the parts of a name are written when the card does not say (RFC 9553 2.2.1.2). */
const ORDER: readonly Kind[] = [
  'title',
  'given',
  'given2',
  'surname',
  'surname2',
  'generation',
  'credential',
  'separator',
];

/** Scripts in which a name is written as one word, family name first. */
const FAMILY_FIRST = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/**
 * Parts of the name. A name that is known only as a whole is taken apart at its last space: to be shown in fields for
 * first and last name, not to be believed.
 */
export function nameComponents(card: Card): NameComponent[] {
  const { components, full } = card.name ?? {};
  if (components !== undefined && components.length > 0) return components;
  const whole = full?.trim() ?? '';
  if (whole === '' || isCollective(card)) return [];
  const space = whole.lastIndexOf(' ');
  if (space < 0) return [{ kind: 'given', value: whole }];
  const [first, last] = [whole.slice(0, space).trim(), whole.slice(space + 1)];
  return FAMILY_FIRST.test(whole)
    ? [
        { kind: 'surname', value: first },
        { kind: 'given', value: last },
      ]
    : [
        { kind: 'given', value: first },
        { kind: 'surname', value: last },
      ];
}

/** All parts of these kinds, with spaces between; '' when there are none. */
export function namePart(card: Card, ...kinds: Kind[]): string {
  return nameComponents(card)
    .filter(({ kind, value }) => kinds.includes(kind) && value !== '')
    .map(({ value }) => value)
    .join(' ');
}

/** The card with another value for a part of the name. What was made of the old parts goes. */
export function withNamePart(card: Card, kinds: readonly [Kind, ...Kind[]], value: string): Card {
  const before = nameComponents(card).filter(({ kind }) => kind !== 'separator');
  const components = before.filter(({ kind }) => !kinds.includes(kind));
  if (value !== '') {
    const phonetic = before.find(({ kind }) => kind === kinds[0])?.phonetic;
    const part = { kind: kinds[0], value, ...(phonetic === undefined ? {} : { phonetic }) };
    const place = ORDER.indexOf(kinds[0]);
    const at = components.findIndex(({ kind }) => ORDER.indexOf(kind) > place);
    components.splice(at < 0 ? components.length : at, 0, part);
  }
  const { full: _full, sortAs: _sortAs, isOrdered: _isOrdered, ...name } = card.name ?? {};
  const { components: _components, ...rest } = name;
  if (components.length === 0) {
    const { name: _name, ...nameless } = card;
    return Object.keys(rest).length === 0 ? nameless : { ...card, name: rest };
  }
  return { ...card, name: { ...rest, components } };
}

/** The name as it is shown: never '' unless the card says nothing that it could be called. */
export function displayName(card: Card): string {
  const { full, components, isOrdered } = card.name ?? {};
  if (full !== undefined && full.trim() !== '') return full.trim();
  const parts = components ?? [];
  if (parts.length > 0) {
    const ordered = isOrdered === true ? parts : [...parts].sort(byOrder);
    const text = joined(ordered);
    if (text !== '') return text;
  }
  return nickname(card) || companyName(card) || firstEmail(card) || firstPhone(card);
}

/** How the contact is filed: what was chosen, or `Surname, Given Given2`, the company, what it is called. */
export function fileAs(card: Card): string {
  return card['waypost:eas']?.FileAs || usualFileAs(card);
}

/** How it is filed when nobody has chosen. */
export function usualFileAs(card: Card): string {
  const surname = namePart(card, 'surname', 'surname2');
  const given = namePart(card, 'given', 'given2');
  if (surname !== '' && FAMILY_FIRST.test(surname + given)) return `${surname}${given && ` ${given}`}`;
  if (surname !== '' && given !== '') return `${surname}, ${given}`;
  return surname || given || (isCollective(card) && card.name?.full?.trim()) || displayName(card);
}

export function companyName(card: Card): string {
  for (const { name } of Object.values(card.organizations ?? {}))
    if (name !== undefined && name !== '') return name;
  return '';
}

function nickname(card: Card): string {
  return Object.values(card.nicknames ?? {}).find(({ name }) => name !== '')?.name ?? '';
}

function firstEmail(card: Card): string {
  return Object.values(card.emails ?? {}).find(({ address }) => address !== '')?.address ?? '';
}

function firstPhone(card: Card): string {
  return Object.values(card.phones ?? {}).find(({ number }) => number !== '')?.number ?? '';
}

/** Not a person: what it is called is no first and last name. */
function isCollective({ kind }: Card): boolean {
  return kind !== undefined && kind !== 'individual';
}

function byOrder(a: NameComponent, b: NameComponent): number {
  return ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind);
}

/** A separator stands in place of the space (RFC 9553 2.2.1.2). */
function joined(components: readonly NameComponent[]): string {
  let text = '';
  let glued = true;
  for (const { kind, value } of components) {
    const isSeparator = kind === 'separator';
    text += glued || isSeparator ? value : ` ${value}`;
    glued = isSeparator;
  }
  return text.trim();
}
