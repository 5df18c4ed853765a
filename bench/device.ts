import {
  child,
  children,
  decodeWbxml,
  el,
  encodeWbxml,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../codecs/wbxml/index.ts';

export interface Account {
  url: string;
  address: string;
  password: string;
}

const BODY = el(
  'AirSync:Options',
  el('AirSync:FilterType', 0),
  el('AirSyncBase:BodyPreference', el('AirSyncBase:Type', 1), el('AirSyncBase:TruncationSize', 512)),
);

/** The few requests that the bench repeats, with as little work on the client's side as can be. */
export class BenchDevice {
  readonly #account: Account;
  readonly #id: string;
  inbox = '';
  key = '0';

  constructor(account: Account, id: string) {
    this.#account = account;
    this.#id = id;
  }

  async command(name: string, root: WbxmlNode): Promise<WbxmlElement | null> {
    const { url, address, password } = this.#account;
    const response = await fetch(
      `${url}/Microsoft-Server-ActiveSync?Cmd=${name}&User=${encodeURIComponent(address)}&DeviceId=${this.#id}&DeviceType=Bench`,
      {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${address}:${password}`).toString('base64')}`,
          'ms-asprotocolversion': '16.1',
          'content-type': 'application/vnd.ms-sync.wbxml',
        },
        body: encodeWbxml(root, { version: '16.1' }) as Uint8Array<ArrayBuffer>,
      },
    );
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.status !== 200)
      throw new Error(`${name}: HTTP ${response.status} ${new TextDecoder().decode(bytes)}`);
    return bytes.length === 0
      ? null
      : decodeWbxml(bytes, { maxBytes: 64 * 1024 * 1024, maxNodes: 1_000_000 });
  }

  /** `type`: of the folder that is synced from then on (MS-ASCMD 2.2.3.186.3). */
  async setUp(type = '2'): Promise<void> {
    const root = await this.command(
      'FolderSync',
      el('FolderHierarchy:FolderSync', el('FolderHierarchy:SyncKey', '0')),
    );
    const folders = children(child(root ?? undefined, 'FolderHierarchy:Changes'), 'FolderHierarchy:Add');
    const inbox = folders.find((f) => textOf(f, 'FolderHierarchy:Type') === type);
    this.inbox = textOf(inbox, 'FolderHierarchy:ServerId') ?? '';
    if (this.inbox === '') throw new Error(`no folder of type ${type}`);
    await this.syncOnce();
  }

  /** One Sync of the Inbox; returns the number of commands and whether more wait. */
  async syncOnce(window = 100): Promise<{ commands: WbxmlElement[]; more: boolean }> {
    const first = this.key === '0';
    const root = await this.command(
      'Sync',
      el(
        'AirSync:Sync',
        el(
          'AirSync:Collections',
          el(
            'AirSync:Collection',
            el('AirSync:SyncKey', this.key),
            el('AirSync:CollectionId', this.inbox),
            first ? null : el('AirSync:GetChanges', 1),
            first ? null : el('AirSync:WindowSize', window),
            first ? null : BODY,
          ),
        ),
      ),
    );
    if (root === null) return { commands: [], more: false };
    const collection = child(child(root, 'AirSync:Collections'), 'AirSync:Collection');
    const status = textOf(collection, 'AirSync:Status') ?? textOf(root, 'AirSync:Status');
    if (status !== '1') throw new Error(`Sync status ${status}`);
    this.key = textOf(collection, 'AirSync:SyncKey') ?? this.key;
    return {
      commands: child(collection, 'AirSync:Commands')?.children ?? [],
      more: child(collection, 'AirSync:MoreAvailable') !== undefined,
    };
  }

  /** Syncs until nothing more comes; returns the ServerIds of the Adds. */
  async syncAll(window = 100): Promise<string[]> {
    const added: string[] = [];
    for (;;) {
      const { commands, more } = await this.syncOnce(window);
      for (const c of commands) if (c.tag === 'AirSync:Add') added.push(textOf(c, 'AirSync:ServerId') ?? '');
      if (!more) return added;
    }
  }

  async fetchBody(serverId: string): Promise<number> {
    const root = await this.command(
      'ItemOperations',
      el(
        'ItemOperations:ItemOperations',
        el(
          'ItemOperations:Fetch',
          el('ItemOperations:Store', 'Mailbox'),
          el('AirSync:CollectionId', this.inbox),
          el('AirSync:ServerId', serverId),
          el('ItemOperations:Options', el('AirSyncBase:BodyPreference', el('AirSyncBase:Type', 2))),
        ),
      ),
    );
    const fetched = child(child(root ?? undefined, 'ItemOperations:Response'), 'ItemOperations:Fetch');
    const body = child(child(fetched, 'ItemOperations:Properties'), 'AirSyncBase:Body');
    const size = (textOf(body, 'AirSyncBase:Data') ?? '').length;
    if (size === 0) throw new Error('Fetch brought no body');
    return size;
  }

  /** Status of the Ping's answer. */
  async ping(heartbeat = 270): Promise<string | undefined> {
    const root = await this.command(
      'Ping',
      el(
        'Ping:Ping',
        el('Ping:HeartbeatInterval', heartbeat),
        el('Ping:Folders', el('Ping:Folder', el('Ping:Id', this.inbox), el('Ping:Class', 'Email'))),
      ),
    );
    return textOf(root ?? undefined, 'Ping:Status');
  }
}
