import { Buffer } from 'node:buffer';
import {
  child,
  children,
  decodeWbxml,
  el,
  encodeWbxml,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../codecs/wbxml/index.ts';
import { checkAnswer } from '../support/answer-schema.ts';
import type { Waypost } from '../support/harness.ts';

export interface Answer {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
  /** null when the answer has no body or is no document. */
  root: WbxmlElement | null;
}

let devices = 0;

/** A bare device: says exactly what a test wants, also what no client would. The strict client is test/clients/eas. */
export class Phone {
  readonly server: Waypost;
  readonly address: string;
  password: string;
  deviceId = `TESTDEVICE${++devices}`;
  version = '16.1';
  inbox = '';
  folders: { id: string; name: string; type: string }[] = [];
  key = '0';

  constructor(server: Waypost, address: string, password: string) {
    this.server = server;
    this.address = address;
    this.password = password;
  }

  get authorization(): string {
    return `Basic ${Buffer.from(`${this.address}:${this.password}`).toString('base64')}`;
  }

  async post(
    command: string,
    body: WbxmlNode | Uint8Array | null,
    headers: Record<string, string> = {},
    search?: string,
  ): Promise<Answer> {
    const query =
      search ??
      `?Cmd=${command}&User=${encodeURIComponent(this.address)}&DeviceId=${this.deviceId}&DeviceType=Test`;
    const bytes = body === null ? null : body instanceof Uint8Array ? body : encodeWbxml(body);
    const response = await this.server.fetch(`/Microsoft-Server-ActiveSync${query}`, {
      method: 'POST',
      headers: {
        authorization: this.authorization,
        'ms-asprotocolversion': this.version,
        'content-type': 'application/vnd.ms-sync.wbxml',
        ...headers,
      },
      ...(bytes === null ? {} : { body: bytes as Uint8Array<ArrayBuffer> }),
    });
    const got = new Uint8Array(await response.arrayBuffer());
    const isDocument = response.headers.get('content-type') === 'application/vnd.ms-sync.wbxml';
    const root = isDocument && got.length > 0 ? decodeWbxml(got) : null;
    const document = root ?? firstPart(response, got);
    if (document !== null) checkAnswer(command, document);
    return { status: response.status, headers: response.headers, bytes: got, root };
  }

  async folderSync(key = '0'): Promise<WbxmlElement> {
    const { root } = await this.post(
      'FolderSync',
      el('FolderHierarchy:FolderSync', el('FolderHierarchy:SyncKey', key)),
    );
    if (root === null) throw new Error('FolderSync without a document');
    for (const add of children(child(root, 'FolderHierarchy:Changes'), 'FolderHierarchy:Add')) {
      this.folders.push({
        id: textOf(add, 'FolderHierarchy:ServerId') ?? '',
        name: textOf(add, 'FolderHierarchy:DisplayName') ?? '',
        type: textOf(add, 'FolderHierarchy:Type') ?? '',
      });
    }
    this.inbox = this.folders.find((f) => f.type === '2')?.id ?? '';
    return root;
  }

  /** One Sync of the Inbox (or `collectionId`); the key moves on when the answer brings one. */
  async sync(
    options: {
      key?: string;
      collectionId?: string;
      window?: number;
      body?: WbxmlNode[];
      filterType?: number;
      commands?: WbxmlNode[];
      keep?: boolean;
    } = {},
  ): Promise<Collection> {
    const key = options.key ?? this.key;
    const first = key === '0';
    const answer = await this.post(
      'Sync',
      el(
        'AirSync:Sync',
        el(
          'AirSync:Collections',
          el(
            'AirSync:Collection',
            el('AirSync:SyncKey', key),
            el('AirSync:CollectionId', options.collectionId ?? this.inbox),
            first ? null : el('AirSync:GetChanges', 1),
            first || options.window === undefined ? null : el('AirSync:WindowSize', options.window),
            first
              ? null
              : el(
                  'AirSync:Options',
                  el('AirSync:FilterType', options.filterType ?? 0),
                  options.body ?? [bodyPreference(1, 512)],
                ),
            options.commands === undefined ? null : el('AirSync:Commands', options.commands),
          ),
        ),
      ),
    );
    if (answer.status !== 200) throw new Error(`Sync: HTTP ${answer.status}`);
    const collection = child(child(answer.root ?? undefined, 'AirSync:Collections'), 'AirSync:Collection');
    const newKey = textOf(collection, 'AirSync:SyncKey') ?? key;
    const status =
      textOf(collection, 'AirSync:Status') ?? textOf(answer.root ?? undefined, 'AirSync:Status') ?? '1';
    if (options.keep !== true && status === '1') this.key = newKey;
    const commands = child(collection, 'AirSync:Commands');
    return {
      answer,
      status,
      key: newKey,
      more: child(collection, 'AirSync:MoreAvailable') !== undefined,
      adds: children(commands, 'AirSync:Add').map(item),
      changes: children(commands, 'AirSync:Change').map(item),
      deletes: children(commands, 'AirSync:Delete').map((d) => textOf(d, 'AirSync:ServerId') ?? ''),
      responses: child(collection, 'AirSync:Responses')?.children ?? [],
    };
  }

  /** Signs in, reads the folder tree and takes the first key of the Inbox. */
  async start(): Promise<this> {
    await this.folderSync();
    await this.sync();
    return this;
  }

  /** Syncs until `count` items have come, waiting for the pipeline. */
  async receive(count: number, options: Parameters<Phone['sync']>[0] = {}): Promise<Item[]> {
    const got: Item[] = [];
    const end = Date.now() + 60_000;
    while (got.length < count) {
      const { adds } = await this.sync(options);
      got.push(...adds);
      if (adds.length === 0) await new Promise((r) => setTimeout(r, 50));
      if (Date.now() > end) throw new Error(`${got.length} of ${count} items came`);
    }
    return got;
  }

  async ping(
    heartbeat = 60,
    folders: string[] = [this.inbox],
  ): Promise<{ status: string | undefined; folders: string[] }> {
    const { root } = await this.post(
      'Ping',
      el(
        'Ping:Ping',
        el('Ping:HeartbeatInterval', heartbeat),
        el(
          'Ping:Folders',
          folders.map((id) => el('Ping:Folder', el('Ping:Id', id), el('Ping:Class', 'Email'))),
        ),
      ),
    );
    return {
      status: textOf(root ?? undefined, 'Ping:Status'),
      folders: children(child(root ?? undefined, 'Ping:Folders'), 'Ping:Folder').map((f) => f.text),
    };
  }

  /** One Fetch of ItemOperations. */
  async fetch(
    parts: WbxmlNode[],
    headers: Record<string, string> = {},
  ): Promise<Answer & { fetched: WbxmlElement | undefined }> {
    const answer = await this.post(
      'ItemOperations',
      el(
        'ItemOperations:ItemOperations',
        el('ItemOperations:Fetch', el('ItemOperations:Store', 'Mailbox'), parts),
      ),
      headers,
    );
    const fetched = child(child(answer.root ?? undefined, 'ItemOperations:Response'), 'ItemOperations:Fetch');
    return { ...answer, fetched };
  }
}

/** The document of a multipart answer (MS-ASCMD 2.2.1.10.1). */
function firstPart(response: Response, got: Uint8Array): WbxmlElement | null {
  if (response.headers.get('content-type') !== 'application/vnd.ms-sync.multipart') return null;
  const view = new DataView(got.buffer, got.byteOffset);
  const at = view.getUint32(4, true);
  return decodeWbxml(got.subarray(at, at + view.getUint32(8, true)));
}

export interface Item {
  serverId: string;
  data: WbxmlElement | undefined;
}

export interface Collection {
  answer: Answer;
  status: string;
  key: string;
  more: boolean;
  adds: Item[];
  changes: Item[];
  deletes: string[];
  responses: WbxmlElement[];
}

function item(element: WbxmlElement): Item {
  return {
    serverId: textOf(element, 'AirSync:ServerId') ?? '',
    data: child(element, 'AirSync:ApplicationData'),
  };
}

export function bodyPreference(type: number, truncation?: number, ...more: WbxmlNode[]): WbxmlNode {
  return el(
    'AirSyncBase:BodyPreference',
    el('AirSyncBase:Type', type),
    truncation === undefined ? null : el('AirSyncBase:TruncationSize', truncation),
    more,
  );
}

/** The Body of an item: type, text, size and whether it is cut. */
export function bodyOf(data: WbxmlElement | undefined) {
  const body = child(data, 'AirSyncBase:Body');
  return {
    type: textOf(body, 'AirSyncBase:Type'),
    text: textOf(body, 'AirSyncBase:Data'),
    size: Number(textOf(body, 'AirSyncBase:EstimatedDataSize')),
    truncated: textOf(body, 'AirSyncBase:Truncated') === '1',
    preview: textOf(body, 'AirSyncBase:Preview'),
  };
}
