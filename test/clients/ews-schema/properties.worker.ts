/**
 * The tables of properties in docs/ews-coverage.md, made of the code's own tables: which elements of the schema are told,
 * set by clients, and searched and sorted by, and which are never there.
 */
import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { schemaType } from '../../../codecs/soap/schema.ts';
import type { Person } from '../../../core/people/types.ts';
import type { EwsContext } from '../../../workers/ews/context.ts';
import { conversationElement } from '../../../workers/ews/conversations/element.ts';
import { EwsError } from '../../../workers/ews/errors.ts';
import { readGivenFolder } from '../../../workers/ews/folders/given.ts';
import { FOLDER_PROPERTIES } from '../../../workers/ews/folders/properties.ts';
import { editorOf } from '../../../workers/ews/items/editors/index.ts';
import type { ItemElement } from '../../../workers/ews/items/property.ts';
import {
  allProperties,
  defaultProperties,
  propertyOf,
  uriOfElement,
} from '../../../workers/ews/items/tables/index.ts';
import type { ItemView } from '../../../workers/ews/items/view.ts';
import type { Box } from '../../../workers/ews/mailboxes.ts';
import { OPERATIONS } from '../../../workers/ews/operations/index.ts';
import { personaOf } from '../../../workers/ews/people/elements.ts';

const MEETINGS = ['MeetingMessage', 'MeetingRequest', 'MeetingResponse', 'MeetingCancellation'] as const;
const CLASSES: readonly ItemElement[] = [
  ...(['Message', 'PostItem', ...MEETINGS] as const),
  ...(['CalendarItem', 'Contact', 'DistributionList', 'Task'] as const),
];

/** Types of the schema, what each adds to, and the classes that have it. */
const TYPES: readonly {
  title: string;
  type: string;
  base: string | null;
  classes: readonly ItemElement[];
}[] = [
  { title: 'Item', type: 't:ItemType', base: null, classes: CLASSES },
  { title: 'Message', type: 't:MessageType', base: 't:ItemType', classes: ['Message', ...MEETINGS] },
  { title: 'PostItem', type: 't:PostItemType', base: 't:ItemType', classes: ['PostItem'] },
  {
    title: 'MeetingMessage',
    ...{ type: 't:MeetingMessageType', base: 't:MessageType', classes: MEETINGS },
  },
  ...(['MeetingRequest', 'MeetingResponse', 'MeetingCancellation'] as const).map((name) => ({
    title: name,
    ...{ type: `t:${name}MessageType`, base: 't:MeetingMessageType', classes: [name] },
  })),
  {
    title: 'CalendarItem',
    ...{ type: 't:CalendarItemType', base: 't:ItemType', classes: ['CalendarItem'] as const },
  },
  { title: 'Contact', type: 't:ContactItemType', base: 't:ItemType', classes: ['Contact'] },
  {
    title: 'DistributionList',
    ...{ type: 't:DistributionListType', base: 't:ItemType', classes: ['DistributionList'] as const },
  },
  { title: 'Task', type: 't:TaskType', base: 't:ItemType', classes: ['Task'] },
];

const FOLDERS = ['Folder', 'CalendarFolder', 'ContactsFolder', 'TasksFolder'] as const;

/** What is told of one element. */
interface Facts {
  /** Smallest shape that has it; null: it is never there. */
  told: string | null;
  set: string;
  searched: string;
}

const element = (name: string): XmlElement => ({
  name,
  ...{ attributes: {}, children: [], text: '', content: [] },
});

/** Elements that no table of properties holds. */
const OWN: Readonly<Record<string, Facts>> = {
  ItemId: { told: 'every', set: '', searched: '' },
  ExtendedProperty: { told: 'by name', set: 'set', searched: 'yes' },
};

function elementsOf(type: string, base: string | null): string[] {
  const known = new Set(base === null ? [] : schemaType(base).elements.map((one) => one.name));
  return schemaType(type).elements.flatMap((one) => (known.has(one.name) ? [] : [one.name]));
}

async function factsOf(name: string, item: ItemElement, context: EwsContext): Promise<Facts> {
  const own = OWN[name];
  if (own !== undefined) return own;
  const uri = uriOfElement(name, item);
  const property = uri === null ? null : propertyOf(uri, item);
  if (uri === null || property === null) return { told: null, set: '', searched: '' };
  const isIn = (list: readonly { uri: string }[]) => list.some((one) => one.uri === uri);
  return {
    told: isIn(defaultProperties(item)) ? 'Default' : isIn(allProperties(item)) ? 'all' : 'by name',
    set: name === 'Attachments' ? 'when it is made' : await setBy(name, uri, item, context),
    searched: property.compare === undefined ? '' : 'yes',
  };
}

/** Asks the editor of the class whether it takes such a property at all, whatever it says of an empty one. */
async function setBy(name: string, uri: string, item: ItemElement, context: EwsContext): Promise<string> {
  const draft = await editorOf(item)?.blank(context, item);
  try {
    draft?.edit('set', uri, element(name), null);
  } catch (error) {
    if (!(error instanceof EwsError)) throw error;
    if (error.code === 'ErrorInvalidPropertySet') return '';
  }
  return draft === undefined ? '' : 'set';
}

/** One word where all classes agree; else what most say, and who says something else. */
function joined(said: readonly [item: string, word: string][]): string {
  const groups = new Map<string, string[]>();
  for (const [item, word] of said) groups.set(word, [...(groups.get(word) ?? []), item]);
  const [first, ...others] = [...groups].sort((a, b) => b[1].length - a[1].length);
  const named = others.map(([word, items]) => `${items.join(', ')}: ${word === '' ? 'no' : word}`);
  return [first?.[0] === '' && others.length > 0 ? 'no' : (first?.[0] ?? ''), ...named].join('; ');
}

function table(rows: readonly (readonly string[])[]): string {
  const head = ['| element | shape | clients | searched and sorted by |', '|---|---|---|---|'];
  const row = (cells: readonly string[]) =>
    `|${cells.map((one) => (one === '' ? ' ' : ` ${one} `)).join('|')}|`;
  return [...head, ...rows.map(row)].join('\n');
}

function absent(names: readonly string[]): string {
  return names.length === 0 ? '' : `\n\nNever there: ${names.map((name) => `\`${name}\``).join(', ')}.`;
}

async function section({ title, type, base, classes }: (typeof TYPES)[number]): Promise<string> {
  const context = { own: BOX, services: { now: () => 0 }, bytesOf: () => new Uint8Array() };
  const rows: string[][] = [];
  const never: string[] = [];
  for (const name of elementsOf(type, base)) {
    const facts: [ItemElement, Facts][] = [];
    for (const item of classes)
      facts.push([item, await factsOf(name, item, context as unknown as EwsContext)]);
    if (facts.every(([, { told }]) => told === null)) {
      never.push(name);
      continue;
    }
    const cell = (read: (one: Facts) => string) => joined(facts.map(([item, one]) => [item, read(one)]));
    rows.push([
      `\`${name}\``,
      cell(({ told }) => told ?? 'never'),
      cell(({ set }) => set),
      cell(({ searched }) => searched),
    ]);
  }
  const more = base === null ? '' : `, besides those of ${base.slice(2).replace(/Type$/, '')}`;
  const body = rows.length === 0 ? 'Nothing of its own is told.' : table(rows);
  return `### ${title}${more}\n\n${body}${absent(never)}`;
}

function folders(): string {
  const names = new Set(
    FOLDERS.flatMap((name) => schemaType(`t:${name}Type`).elements.map((one) => one.name)),
  );
  const rows: string[][] = [];
  const never: string[] = [];
  for (const name of names) {
    const property = [...FOLDER_PROPERTIES.values()].find((one) => one.element === name);
    if (name !== 'ExtendedProperty' && (property === undefined || isEmpty(property.read))) {
      never.push(name);
      continue;
    }
    const shape = property?.inDefault ? 'Default' : property?.inAll ? 'all' : 'by name';
    const searched = property === undefined || property.compare !== undefined;
    rows.push([`\`${name}\``, shape, isGiven(name) ? 'set' : '', searched ? 'yes' : '']);
  }
  return `### Folder, CalendarFolder, ContactsFolder, TasksFolder\n\n${table(rows)}${absent(never)}`;
}

/** A property that is in a table so that it may be asked for, and of which there is nothing. */
function isEmpty(read: (...parameters: never[]) => unknown): boolean {
  return /^\(\)\s*=>\s*null$/.test(read.toString());
}

function isGiven(name: string): boolean {
  try {
    readGivenFolder({ ...element('Folder'), children: [element(name)] });
    return true;
  } catch (error) {
    if (!(error instanceof EwsError)) throw error;
    return error.code !== 'ErrorInvalidPropertySet';
  }
}

/** Elements that are told of something, and those that never are. */
function toldOf(title: string, type: string, sample: Readonly<Record<string, unknown>>): string {
  const names = schemaType(type).elements.map((one) => one.name);
  const told = names.filter((name) => sample[name] !== undefined);
  const never = names.filter((name) => sample[name] === undefined);
  return `### ${title}\n\nTold: ${told.map((name) => `\`${name}\``).join(', ')}.${absent(never)}`;
}

const BOX = { ref: { tenantId: 't', mailboxId: 'm', shard: 'MAIL_1' } } as unknown as Box;

/** One of whom everything is known. */
const PERSON = {
  ...{ kind: 'user', personId: 'p', address: 'ann@example.com', displayName: 'Ann', photo: null },
  ...{ firstName: 'Ann', lastName: 'A', title: 'x', office: 'x', company: 'x', phone: '1' },
  ...{ homePhone: '2', mobilePhone: '3', hidden: false },
} as unknown as Person;

function conversation(): Readonly<Record<string, unknown>> {
  const people = [{ name: 'Ann', address: 'ann@example.com' }];
  const message = {
    ...{ from: people, to: people, cc: [], isRead: false, isDraft: true, flag: null, attachments: [] },
    ...{ baseSubject: 'x', preview: 'x', messageClass: 'IPM.Note', importance: 'normal', meeting: null },
  };
  const state = { itemId: 'i', modseq: 1, receivedAt: 1, size: 1, categories: ['x'], kind: 'message' };
  const view = {
    ...{ box: BOX, state, message, element: 'Message', pim: null, occurrence: null, extended: {} },
  } as unknown as ItemView;
  return conversationElement(BOX, 'c', [view], [view]);
}

/** Names of the operations that there are. */
export function operations(): string[] {
  return [...OPERATIONS.keys()];
}

const BEGIN = '<!-- made by test/clients/ews-schema/properties.check.ts --write -->\n';
const END = '\n<!-- end -->';

/** A page with these tables in their place. Throws when it has none. */
export function withTables(page: string, tables: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('the page has no place for the tables');
  return `${page.slice(0, begin + BEGIN.length)}\n${tables}\n${page.slice(end)}`;
}

/** The tables, from the first heading to the last line. */
export async function propertyTables(): Promise<string> {
  const items: string[] = [];
  for (const one of TYPES) items.push(await section(one));
  const context = { own: BOX } as unknown as EwsContext;
  return [
    ...items,
    folders(),
    toldOf('Persona', 't:PersonaType', personaOf(PERSON, context)),
    toldOf('Conversation', 't:ConversationType', conversation()),
  ].join('\n\n');
}
