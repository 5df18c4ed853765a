import { child, children, el, textOf, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import type { Answer, Phone } from './phone.ts';

/** What an answer to Sync says of one collection, or of the whole request. */
export interface Said {
  answer: Answer;
  /** At the top: only of a request that failed as a whole. */
  top: string | undefined;
  limit: string | undefined;
  /** Status of the first collection. */
  status: string | undefined;
  key: string;
  more: boolean;
  /** Children of Commands and of Responses, by their name. */
  commands: (name: 'Add' | 'Change' | 'Delete' | 'SoftDelete') => WbxmlElement[];
  responses: (name: 'Add' | 'Change' | 'Delete' | 'Fetch') => WbxmlElement[];
  /** No body at all. */
  empty: boolean;
  collections: Map<string, WbxmlElement>;
}

/** A Collection element, its children as they are given. */
export function collection(id: string, key: string, ...nodes: WbxmlNode[]): WbxmlNode {
  return el('AirSync:Collection', el('AirSync:SyncKey', key), el('AirSync:CollectionId', id), nodes);
}

/** Sends a Sync with these collections; `more` are other children of the root. */
export async function sendSync(
  phone: Phone,
  collections: WbxmlNode[] | null,
  ...more: WbxmlNode[]
): Promise<Said> {
  return said(
    await phone.post(
      'Sync',
      el('AirSync:Sync', collections === null ? null : el('AirSync:Collections', collections), more),
    ),
  );
}

export function said(answer: Answer): Said {
  const root = answer.root ?? undefined;
  const list = children(child(root, 'AirSync:Collections'), 'AirSync:Collection');
  const [first] = list;
  const inside = (holder: string) => (name: string) =>
    children(child(first, `AirSync:${holder}`), `AirSync:${name}`);
  return {
    answer,
    top: textOf(root, 'AirSync:Status'),
    limit: textOf(root, 'AirSync:Limit'),
    status: textOf(first, 'AirSync:Status'),
    key: textOf(first, 'AirSync:SyncKey') ?? '',
    more: child(first, 'AirSync:MoreAvailable') !== undefined,
    commands: inside('Commands'),
    responses: inside('Responses'),
    empty: answer.status === 200 && answer.bytes.length === 0,
    collections: new Map(list.map((c) => [textOf(c, 'AirSync:CollectionId') ?? '', c])),
  };
}

/** The first key of a collection. */
export async function firstKey(phone: Phone, id: string = phone.inbox): Promise<string> {
  const { key, status } = await sendSync(phone, [collection(id, '0')]);
  if (status !== '1') throw new Error(`no first key: Status ${status}`);
  return key;
}

/** One request for what is new in a collection. */
export function news(
  phone: Phone,
  key: string,
  id: string = phone.inbox,
  ...nodes: WbxmlNode[]
): Promise<Said> {
  return sendSync(phone, [collection(id, key, el('AirSync:GetChanges', 1), ...nodes)]);
}

/** A first Sync and all that it brings, as soon as that is at least so many items. */
export async function everything(
  phone: Phone,
  atLeast: number,
  id: string = phone.inbox,
  ...nodes: WbxmlNode[]
): Promise<Said> {
  const end = Date.now() + 60_000;
  for (;;) {
    const all = await news(phone, await firstKey(phone, id), id, ...nodes);
    if (all.commands('Add').length >= atLeast) return all;
    if (Date.now() > end) throw new Error(`${all.commands('Add').length} of ${atLeast} items came`);
    await new Promise((r) => setTimeout(r, 50));
  }
}

export function serverId(element: WbxmlElement | undefined): string {
  return textOf(element, 'AirSync:ServerId') ?? '';
}

export function dataOf(element: WbxmlElement | undefined): WbxmlElement | undefined {
  return child(element, 'AirSync:ApplicationData');
}

/** The item with this subject among Adds or Changes. */
export function bySubject(list: WbxmlElement[], subject: string): WbxmlElement | undefined {
  return list.find((e) => textOf(dataOf(e), 'Email:Subject') === subject);
}

export function commands(...nodes: WbxmlNode[]): WbxmlNode {
  return el('AirSync:Commands', nodes);
}

export function change(id: string, ...data: WbxmlNode[]): WbxmlNode {
  return el('AirSync:Change', el('AirSync:ServerId', id), el('AirSync:ApplicationData', data));
}

export function options(...nodes: WbxmlNode[]): WbxmlNode {
  return el('AirSync:Options', nodes);
}
