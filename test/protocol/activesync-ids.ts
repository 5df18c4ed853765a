import { randomUUID } from 'node:crypto';
import { el, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { fetchOf, operate } from './item-operations.ts';
import type { Answer, Phone } from './phone.ts';

/** Of the folder tree, as each phone knows it. */
export const treeKeys = new Map<Phone, string>();
/** A message of each phone's own. */
export const ownItem = new Map<Phone, string>();

export function folderOf(phone: Phone, type: string): string {
  return phone.folders.find((one) => one.type === type)?.id ?? '';
}

/** What an id may be of; `conversation` is bytes, as latin-1 letters. */
export type Kind = 'item' | 'event' | 'folder' | 'file' | 'conversation';
export type Ask = (phone: Phone, id: string) => Promise<Answer>;

export const FOLDERS = 'FolderHierarchy';
export const latin1 = (id: string) => Uint8Array.from(id, (c) => c.charCodeAt(0));
const mime = (phone: Phone) =>
  new TextEncoder().encode(`From: ${phone.address}\r\nTo: ${phone.address}\r\nSubject: re\r\n\r\nwords\r\n`);

function sync(phone: Phone, ...commands: WbxmlNode[]): Promise<Answer> {
  return phone.sync({ commands }).then(({ answer }) => answer);
}

function smart(
  command: 'SmartReply' | 'SmartForward',
  source: (phone: Phone, id: string) => WbxmlNode[],
): Ask {
  return (phone, id) =>
    phone.post(
      command,
      el(
        `ComposeMail:${command}`,
        el('ComposeMail:ClientId', randomUUID()),
        el('ComposeMail:Source', source(phone, id)),
        el('ComposeMail:Mime', mime(phone)),
      ),
    );
}

const byItem = (phone: Phone, id: string) => [
  el('ComposeMail:FolderId', phone.inbox),
  el('ComposeMail:ItemId', id),
];
const byLongId = (_: Phone, id: string) => [el('ComposeMail:LongId', id)];

const meeting =
  (request: (phone: Phone, id: string) => WbxmlNode[]): Ask =>
  (phone, id) =>
    phone.post(
      'MeetingResponse',
      el(
        'MeetingResponse:MeetingResponse',
        el('MeetingResponse:Request', el('MeetingResponse:UserResponse', 1), request(phone, id)),
      ),
    );

const move = (phone: Phone, item: string, from: string, to: string) =>
  phone.post(
    'MoveItems',
    el(
      'Move:MoveItems',
      el('Move:Move', el('Move:SrcMsgId', item), el('Move:SrcFldId', from), el('Move:DstFldId', to)),
    ),
  );

/** A new search of the mailbox. */
function mailboxSearch(phone: Phone, ...parts: WbxmlNode[]): Promise<Answer> {
  const query = el('Search:Query', el('Search:And', parts));
  const options = el('Search:Options', el('Search:RebuildResults'), el('Search:Range', '0-9'));
  const store = el('Search:Store', el('Search:Name', 'Mailbox'), query, options);
  return phone.post('Search', el('Search:Search', store));
}

const ITEM: Record<string, Ask> = {
  'Sync Fetch': (phone, id) => sync(phone, el('AirSync:Fetch', el('AirSync:ServerId', id))),
  'Sync Change': (phone, id) =>
    sync(
      phone,
      el('AirSync:Change', el('AirSync:ServerId', id), el('AirSync:ApplicationData', el('Email:Read', 1))),
    ),
  'Sync Delete': (phone, id) => sync(phone, el('AirSync:Delete', el('AirSync:ServerId', id))),
  'MoveItems SrcMsgId': (phone, id) => move(phone, id, phone.inbox, folderOf(phone, '4')),
  'ItemOperations Fetch by ServerId': (phone, id) =>
    operate(phone, fetchOf(el('AirSync:CollectionId', phone.inbox), el('AirSync:ServerId', id))),
  'ItemOperations Fetch by LongId': (phone, id) => operate(phone, fetchOf(el('Search:LongId', id))),
  'SmartReply by ItemId': smart('SmartReply', byItem),
  'SmartReply by LongId': smart('SmartReply', byLongId),
  'SmartForward by ItemId': smart('SmartForward', byItem),
  'SmartForward by LongId': smart('SmartForward', byLongId),
  'MeetingResponse by RequestId': meeting((phone, id) => [
    el('MeetingResponse:CollectionId', phone.inbox),
    el('MeetingResponse:RequestId', id),
  ]),
  'MeetingResponse by LongId': meeting((_, id) => [el('Search:LongId', id)]),
};

/** What takes an id of each kind, by command. */
export const TAKES: Record<Kind, Record<string, Ask>> = {
  item: ITEM,
  event: ITEM,
  folder: {
    'Sync CollectionId': async (phone, id) =>
      (await phone.sync({ key: '0', collectionId: id, keep: true })).answer,
    'GetItemEstimate CollectionId': (phone, id) =>
      phone.post(
        'GetItemEstimate',
        el(
          'GetItemEstimate:GetItemEstimate',
          el(
            'GetItemEstimate:Collections',
            el(
              'GetItemEstimate:Collection',
              el('AirSync:SyncKey', '1'),
              el('GetItemEstimate:CollectionId', id),
            ),
          ),
        ),
      ),
    'FolderCreate ParentId': (phone, id) =>
      phone.post(
        'FolderCreate',
        el(
          `${FOLDERS}:FolderCreate`,
          el(`${FOLDERS}:SyncKey`, treeKeys.get(phone) ?? ''),
          el(`${FOLDERS}:ParentId`, id),
          el(`${FOLDERS}:DisplayName`, 'x'),
          el(`${FOLDERS}:Type`, 12),
        ),
      ),
    'FolderUpdate ServerId': (phone, id) =>
      phone.post(
        'FolderUpdate',
        el(
          `${FOLDERS}:FolderUpdate`,
          el(`${FOLDERS}:SyncKey`, treeKeys.get(phone) ?? ''),
          el(`${FOLDERS}:ServerId`, id),
          el(`${FOLDERS}:ParentId`, '0'),
          el(`${FOLDERS}:DisplayName`, 'x'),
        ),
      ),
    'FolderDelete ServerId': (phone, id) =>
      phone.post(
        'FolderDelete',
        el(
          `${FOLDERS}:FolderDelete`,
          el(`${FOLDERS}:SyncKey`, treeKeys.get(phone) ?? ''),
          el(`${FOLDERS}:ServerId`, id),
        ),
      ),
    'MoveItems SrcFldId': (phone, id) => move(phone, ownItem.get(phone) ?? '', id, phone.inbox),
    'MoveItems DstFldId': (phone, id) => move(phone, ownItem.get(phone) ?? '', phone.inbox, id),
    'ItemOperations EmptyFolderContents': (phone, id) =>
      operate(
        phone,
        el(
          'ItemOperations:EmptyFolderContents',
          el('AirSync:CollectionId', id),
          el('ItemOperations:Options', el('ItemOperations:DeleteSubFolders')),
        ),
      ),
    'ItemOperations Move DstFldId': (phone, id) =>
      operate(
        phone,
        el(
          'ItemOperations:Move',
          el('ItemOperations:ConversationId', new Uint8Array(16)),
          el('ItemOperations:DstFldId', id),
          el('ItemOperations:Options', el('ItemOperations:MoveAlways')),
        ),
      ),
    'Search CollectionId': (phone, id) =>
      mailboxSearch(
        phone,
        el('AirSync:Class', 'Email'),
        el('AirSync:CollectionId', id),
        el('Search:FreeText', 'hidden'),
      ),
    'Find CollectionId': (phone, id) =>
      phone.post(
        'Find',
        el(
          'Find:Find',
          el('Find:SearchId', '00000000-0000-0000-0000-000000000009'),
          el(
            'Find:ExecuteSearch',
            el(
              'Find:MailBoxSearchCriterion',
              el(
                'Find:Query',
                el('AirSync:Class', 'Email'),
                el('AirSync:CollectionId', id),
                el('Find:FreeText', 'hidden'),
              ),
              el('Find:Options', el('Find:Range', '0-9')),
            ),
          ),
        ),
      ),
    'Ping Id': (phone, id) =>
      phone.post(
        'Ping',
        el(
          'Ping:Ping',
          el('Ping:HeartbeatInterval', 60),
          el('Ping:Folders', el('Ping:Folder', el('Ping:Id', id), el('Ping:Class', 'Email'))),
        ),
      ),
  },
  file: {
    'ItemOperations Fetch by FileReference': (phone, id) =>
      operate(phone, fetchOf(el('AirSyncBase:FileReference', id))),
    'GetAttachment AttachmentName': (phone, id) =>
      phone.post(
        'GetAttachment',
        null,
        { 'ms-asprotocolversion': '12.1' },
        `?Cmd=GetAttachment&AttachmentName=${encodeURIComponent(id)}&User=${phone.address}&DeviceId=${phone.deviceId}&DeviceType=Test`,
      ),
  },
  conversation: {
    'ItemOperations Move ConversationId': (phone, id) =>
      operate(
        phone,
        el(
          'ItemOperations:Move',
          el('ItemOperations:ConversationId', latin1(id)),
          el('ItemOperations:DstFldId', folderOf(phone, '4')),
          el('ItemOperations:Options', el('ItemOperations:MoveAlways')),
        ),
      ),
    'Search ConversationId': (phone, id) =>
      mailboxSearch(phone, el('AirSync:Class', 'Email'), el('Search:ConversationId', latin1(id))),
  },
};
