import { child, children, el, textOf, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { itemData, type OtherClass, type ShownItem } from './items.ts';

/** What a device shows of a message, or of anything else. */
export interface Shown {
  read: boolean;
  flag: number;
  categories: string[];
  subject: string;
  body: string;
  /** Of what is no message: the same and what else there is. */
  item?: ShownItem;
}

/** A change that the device sends until it is answered. */
export type Edit =
  | { kind: 'change'; id: string; read?: boolean; flag?: number; categories?: string[] }
  | { kind: 'delete'; id: string }
  | { kind: 'fetch'; id: string }
  | { kind: 'addDraft'; clientId: string; subject: string; body: string; to: string }
  | { kind: 'saveDraft'; id: string; body: string }
  | { kind: 'addItem'; clientId: string; itemClass: OtherClass; item: ShownItem; uid: WbxmlNode | null }
  | { kind: 'saveItem'; id: string; itemClass: OtherClass; item: ShownItem }
  | { kind: 'sendDraft'; id: string; to: string; toUser: number; subject: string };

/** The properties that an item names. */
export function shownOf(data: WbxmlElement | undefined): Partial<Shown> {
  const read = textOf(data, 'Email:Read');
  const flag = child(data, 'Email:Flag');
  const categories = child(data, 'Email:Categories');
  const subject = textOf(data, 'Email:Subject');
  const body = child(data, 'AirSyncBase:Body');
  return {
    ...(read === undefined ? {} : { read: read === '1' }),
    ...(flag === undefined ? {} : { flag: Number(textOf(flag, 'Email:Status') ?? 0) }),
    ...(categories === undefined
      ? {}
      : { categories: children(categories, 'Email:Category').map((c) => c.text) }),
    ...(subject === undefined ? {} : { subject }),
    ...(body === undefined ? {} : { body: plain(textOf(body, 'AirSyncBase:Data') ?? '') }),
  };
}

/** A body without what ways of writing differ in. */
export function plain(text: string): string {
  return text.replace(/\r\n/g, '\n').trim();
}

/** The command that asks for it. */
export function editNode(edit: Edit): WbxmlNode {
  if (edit.kind === 'addDraft') {
    return el(
      'AirSync:Add',
      el('AirSync:ClientId', edit.clientId),
      el(
        'AirSync:ApplicationData',
        el('Email:To', edit.to),
        el('Email:Subject', edit.subject),
        bodyNode(edit.body),
      ),
    );
  }
  if (edit.kind === 'addItem') {
    return el(
      'AirSync:Add',
      el('AirSync:ClientId', edit.clientId),
      itemData(edit.itemClass, edit.item, { isNew: true, uid: edit.uid }),
    );
  }
  const id = el('AirSync:ServerId', edit.id);
  switch (edit.kind) {
    case 'delete':
      return el('AirSync:Delete', id);
    case 'fetch':
      return el('AirSync:Fetch', id);
    case 'saveItem':
      return el('AirSync:Change', id, itemData(edit.itemClass, edit.item, { isNew: false }));
    case 'saveDraft':
      return el('AirSync:Change', id, el('AirSync:ApplicationData', bodyNode(edit.body)));
    case 'sendDraft':
      return el(
        'AirSync:Change',
        id,
        el('Email2:Send'),
        el('AirSync:ApplicationData', el('Email:To', edit.to)),
      );
    default:
      return el('AirSync:Change', id, el('AirSync:ApplicationData', properties(edit)));
  }
}

function bodyNode(text: string): WbxmlNode {
  return el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', text));
}

function properties({ read, flag, categories }: Extract<Edit, { kind: 'change' }>): WbxmlNode[] {
  const nodes: WbxmlNode[] = [];
  if (read !== undefined) nodes.push(el('Email:Read', read));
  if (flag !== undefined) nodes.push(flagNode(flag));
  if (categories !== undefined) {
    nodes.push(el('Email:Categories', ...categories.map((c) => el('Email:Category', c))));
  }
  return nodes;
}

function flagNode(flag: number): WbxmlNode {
  if (flag === 0) return el('Email:Flag');
  // A completed flag carries both of its times (MS-ASEMAIL 2.2.2.34).
  const at = '2026-11-21T12:00:00.000Z';
  const times = flag === 1 ? [el('Tasks:DateCompleted', at), el('Email:CompleteTime', at)] : [];
  return el('Email:Flag', el('Email:Status', flag), el('Email:FlagType', 'Follow up'), times);
}
