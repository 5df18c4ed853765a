import type { JCardProperty, JCardValue } from '../../../codecs/vcard/index.ts';
import type { Card, Contexts } from '../types.ts';

/** Largest photo that is kept inside of a card, in characters of its `data:` address. */
export const MAX_MEDIA = 100 * 1024;

/** Entries of one map of a card; what is beyond is left out (ATTACKS A13). */
export const MAX_ENTRIES = 1000;

/** A property of a vCard, and what is not yet said of it elsewhere. */
export class Property {
  readonly name: string;
  readonly type: string;
  readonly group: string | null;
  readonly values: JCardValue[];
  readonly #params: Map<string, string[]>;

  constructor([name, params, type, ...values]: JCardProperty) {
    this.name = name;
    this.type = type;
    this.values = values;
    this.#params = new Map(
      Object.entries(params).map(([key, value]) => [key, Array.isArray(value) ? value : [value]]),
    );
    this.group = this.take('group');
  }

  /** The value as one text: commas of a list are a part of it. A value of unknown kind is taken for a text. */
  get text(): string {
    const text = this.list.join(',');
    return this.type === 'unknown' || this.type === 'uri' ? unescaped(text) : text;
  }

  /** Parts of a structured value, each with the list of its texts, empty ones left out. */
  get parts(): string[][] {
    const [value] = this.values;
    const parts = value === undefined ? [] : typeof value === 'string' ? [value] : value;
    return parts.map((part) => (typeof part === 'string' ? [part] : part).filter((text) => text !== ''));
  }

  /** The texts of a list. */
  get list(): string[] {
    return this.values.map((value) => (typeof value === 'string' ? value : value.map(partText).join(';')));
  }

  /** The first value of a parameter, which is said with that. */
  take(name: string): string | null {
    const value = this.#params.get(name)?.[0] ?? null;
    this.#params.delete(name);
    return value;
  }

  /** Whether it is of this TYPE, which is said with that. */
  takeType(...types: string[]): boolean {
    const all = this.#params.get('type') ?? [];
    const others = all.filter((type) => !types.includes(type.toLowerCase()));
    if (others.length === 0) this.#params.delete('type');
    else this.#params.set('type', others);
    return others.length < all.length;
  }

  get types(): string[] {
    return this.#params.get('type') ?? [];
  }

  /** Parameters that nobody took. */
  rest(): { vCardParams?: Record<string, string | string[]> } {
    if (this.#params.size === 0) return {};
    const entries = [...this.#params].map(([key, all]): [string, string | string[]] => [
      key,
      all.length === 1 ? (all[0] ?? '') : all,
    ]);
    return { vCardParams: Object.fromEntries(entries) };
  }

  takeContexts(): { contexts?: Contexts } {
    const isHome = this.takeType('home');
    const isWork = this.takeType('work');
    if (!isHome && !isWork) return {};
    return { contexts: { ...(isHome ? { private: true } : {}), ...(isWork ? { work: true } : {}) } };
  }

  /** RFC 6350 5.3; before it, the type `pref`. */
  takePreference(): { pref?: number } {
    const isFirst = this.takeType('pref');
    const text = this.take('pref') ?? '';
    const said = /^\d{1,3}$/.test(text) ? Number(text) : 0;
    if (said >= 1 && said <= 100) return { pref: said };
    return isFirst ? { pref: 1 } : {};
  }
}

/** Exporters escape addresses too, the colon among others. */
function unescaped(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\([,;:\\n])/gi, (_, c: string) => (/n/i.test(c) ? '\n' : c))
    : text;
}

/** A text for a property of no standard, whose readers know no kinds of values. */
export function extension(name: string, text: string, params: JCardProperty[1] = {}): JCardProperty {
  return [name, params, 'unknown', text.replace(/[\\,;]/g, '\\$&').replace(/\r\n?|\n/g, '\\n')];
}

function partText(part: string | string[]): string {
  return typeof part === 'string' ? part : part.join(',');
}

type MapName =
  | 'nicknames'
  | 'organizations'
  | 'titles'
  | 'emails'
  | 'onlineServices'
  | 'phones'
  | 'addresses'
  | 'anniversaries'
  | 'notes'
  | 'links'
  | 'media';

/** What a card is while it is read. */
export class Draft {
  readonly card: Card;
  readonly labels: ReadonlyMap<string, string>;
  readonly countries: ReadonlyMap<string, string>;
  /** Groups that a property has which was understood: their labels are said with it. */
  readonly usedGroups = new Set<string>();
  /** Names of what was left out. */
  readonly dropped = new Set<string>();
  readonly #counts = new Map<MapName, number>();

  constructor(card: Card, labels: ReadonlyMap<string, string>, countries: ReadonlyMap<string, string>) {
    this.card = card;
    this.labels = labels;
    this.countries = countries;
  }

  add<K extends MapName>(map: K, property: Property, entry: NonNullable<Card[K]>[string]): true {
    const count = (this.#counts.get(map) ?? 0) + 1;
    this.#counts.set(map, count);
    if (count > MAX_ENTRIES) {
      this.dropped.add(property.name);
      return true;
    }
    const entries = new Map<string, unknown>(Object.entries(this.card[map] ?? {}));
    const said = property.take('prop-id') ?? '';
    let key = /^[A-Za-z0-9_-]{1,255}$/.test(said) && !entries.has(said) ? said : '';
    for (let n = entries.size + 1; key === ''; n++) if (!entries.has(`v${n}`)) key = `v${n}`;
    entries.set(key, { ...entry, ...property.rest() });
    this.card[map] = Object.fromEntries(entries) as Card[K];
    return true;
  }

  /** The label of the group that the property is in (X-ABLabel). */
  label(property: Property): { label?: string } {
    if (property.group === null) return {};
    this.usedGroups.add(property.group);
    const label = this.labels.get(property.group) ?? '';
    return label === '' ? {} : { label };
  }

  setOwn(name: string, value: string): boolean {
    const before = this.card['waypost:eas'] ?? {};
    if (value === '' || Object.hasOwn(before, name)) return false;
    this.card['waypost:eas'] = { ...before, [name]: value };
    return true;
  }

  relate(name: string, relations: readonly string[]): true {
    const related = new Map(Object.entries(this.card.relatedTo ?? {}));
    const before = related.get(name);
    const added = relations.map((relation): [string, true] => [relation, true]);
    related.set(name, { ...before, relation: { ...before?.relation, ...Object.fromEntries(added) } });
    this.card.relatedTo = Object.fromEntries(related);
    return true;
  }
}
