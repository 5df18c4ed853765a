/** People of a mailbox's owner: their contacts, and those they have written to. */
import { displayName, namePart } from '../contacts/name.ts';
import { canonicalAddress } from '../mail/recipients.ts';
import type { Folder } from '../mail/types.ts';
import type { PimItem } from '../pim/types.ts';
import type { MailboxStore } from '../ports/mail.ts';
import type { SearchStore } from '../ports/search.ts';
import { catchUp } from '../search/catch-up.ts';
import type { Query } from '../search/query.ts';
import { weightedRank } from './rank.ts';
import { NO_ATTRIBUTES, type Person } from './types.ts';
import { attributeWords, entryWords, exactKey, queryWords, sortKeyOf } from './words.ts';

/** Contacts that the index offers for one text; and correspondents that are looked through. */
const MAX_HITS = 50;
const MAX_CORRESPONDENTS = 1000;

/** A contact's address, shown like an entry of the address list. `whole`: the text is all of its name or address. */
export type OwnPerson = Person & { kind: 'contact'; whole: boolean };

/** Reads of the mailbox what one request asks of it, and each thing once. */
export class OwnPeople {
  readonly #mailbox: MailboxStore;
  readonly #search: SearchStore;
  readonly #now: number;
  #folders: Promise<Folder[]> | null = null;
  #written: Promise<OwnPerson[]> | null = null;

  constructor(mailbox: MailboxStore, search: SearchStore, now: number) {
    this.#mailbox = mailbox;
    this.#search = search;
    this.#now = now;
  }

  /**
   * Addresses of contacts of which every word of the text begins a word of names, nicknames, company or address; for a
   * whole address, those who have it. In order of name.
   */
  async contacts(text: string): Promise<OwnPerson[]> {
    const query = queryOf(text);
    if (query === null) return [];
    this.#folders ??= catchUp(this.#mailbox, this.#search).then(({ folders }) => inUse(folders));
    const folderIds = (await this.#folders)
      .filter(({ itemClass, role }) => itemClass === 'Contacts' && role !== 'recipientCache')
      .map(({ folderId }) => folderId);
    if (folderIds.length === 0) return [];
    const { hits } = await this.#search.query(
      this.#mailbox.ref,
      { kind: 'and', of: [query, { kind: 'folders', folderIds }] },
      { order: 'newest', limit: MAX_HITS, kinds: ['contact'] },
    );
    if (hits.length === 0) return [];
    const items = await this.#mailbox.pimItems(hits.map(({ itemId }) => itemId));
    const here = items.filter(({ folderId }) => folderIds.includes(folderId));
    return unique(here.flatMap((item) => matching(item, text)).sort(byName));
  }

  /** Those whom the owner has written to, the most likely first. */
  async correspondents(text: string): Promise<OwnPerson[]> {
    this.#written ??= this.#readWritten();
    return (await this.#written).flatMap((person) => fitting(person, entryWords(person), text));
  }

  async #readWritten(): Promise<OwnPerson[]> {
    const cache = await this.#mailbox.folderByRole('recipientCache');
    if (cache === null) return [];
    const items = await this.#mailbox.snapshot(cache.folderId, 0, null, MAX_CORRESPONDENTS);
    const found = await this.#mailbox.correspondents(items.map(({ itemId }) => itemId));
    return found
      .sort((a, b) => weightedRank(b, this.#now) - weightedRank(a, this.#now))
      .map(({ itemId, address, name }) => personOf(itemId, address, name));
  }
}

/** Words of the index; null for a text that holds none. */
function queryOf(text: string): Query | null {
  const key = exactKey(text);
  if (key === null) return null;
  if (key.includes('@')) return { kind: 'text', text: key.slice(1), prefix: false, fields: ['from'] };
  const asked = queryWords(text);
  // Of a word of one or two letters the index knows only whole words; what it finds by the others is looked at once more.
  const long = asked.filter((word) => word.length > 2 || !/^[a-z0-9]+$/.test(word));
  const words = long.length > 0 ? long : asked;
  const parts = words.map(
    (word): Query => ({ kind: 'text', text: word, prefix: true, fields: ['subject', 'from'] }),
  );
  return parts.length === 0 ? null : { kind: 'and', of: parts };
}

/** What lies in Deleted Items, at any depth, is nobody's contact any more. */
function inUse(folders: readonly Folder[]): Folder[] {
  const byId = new Map(folders.map((folder) => [folder.folderId, folder]));
  return folders.filter((folder) => {
    let at: Folder | undefined = folder;
    for (let depth = 0; at !== undefined && depth < 100; depth++) {
      if (at.role === 'deleted') return false;
      at = at.parentId === null ? undefined : byId.get(at.parentId);
    }
    return true;
  });
}

function matching(item: PimItem, text: string): OwnPerson[] {
  if (item.kind !== 'contact') return [];
  const card = item.document;
  const nicknames = Object.values(card.nicknames ?? {}).map(({ name }) => name);
  const company = Object.values(card.organizations ?? {})[0]?.name ?? '';
  return Object.values(card.emails ?? {}).flatMap((email, n) => {
    const address = canonicalAddress(email.address);
    if (address === null) return [];
    const shown = displayName(card);
    const person = personOf(`${item.itemId}.${n}`, address, shown === email.address ? '' : shown);
    const names = {
      firstName: namePart(card, 'given'),
      lastName: namePart(card, 'surname', 'surname2'),
      company,
    };
    const words = [
      ...entryWords(person),
      ...attributeWords({ ...NO_ATTRIBUTES, ...names }),
      ...nicknames.flatMap((displayName) => entryWords({ displayName, address })),
    ];
    return fitting({ ...person, ...names }, words, text);
  });
}

function fitting(person: OwnPerson, words: readonly string[], text: string): OwnPerson[] {
  const key = exactKey(text);
  if (key === null) return [];
  if (words.includes(key)) return [{ ...person, whole: true }];
  // A whole address means its owner and nobody else.
  if (key.includes('@')) return [];
  const asked = queryWords(text);
  const fits = asked.every((word) => words.some((one) => !one.startsWith('=') && one.startsWith(word)));
  return asked.length > 0 && fits ? [person] : [];
}

function personOf(id: string, address: string, name: string): OwnPerson {
  const shown = { displayName: name, address };
  return {
    ...NO_ATTRIBUTES,
    ...shown,
    kind: 'contact',
    personId: id,
    sortKey: sortKeyOf(shown),
    photo: null,
    whole: false,
  };
}

function byName(a: Person, b: Person): number {
  return a.sortKey < b.sortKey ? -1 : a.sortKey > b.sortKey ? 1 : a.personId < b.personId ? -1 : 1;
}

/** One of several contacts with the same address. */
function unique(people: readonly OwnPerson[]): OwnPerson[] {
  const byAddress = new Map<string, OwnPerson>();
  for (const person of people) {
    const before = byAddress.get(person.address);
    if (before === undefined || (person.whole && !before.whole)) byAddress.set(person.address, person);
  }
  return [...byAddress.values()];
}
