import { child, children, el, textOf } from '../../../codecs/wbxml/index.ts';
import type { ActiveSyncClient } from '../client.ts';
import { must } from '../errors.ts';

export interface PingRequest {
  /** Seconds; without it the server uses that of the last Ping. */
  heartbeat?: number;
  /** Folders to watch; without them the server uses those of the last Ping. */
  folders?: { id: string; class?: string }[];
  signal?: AbortSignal;
}

export type PingReply =
  /** 1: the time is over and nothing happened. */
  | { status: 1 }
  /** 2: these folders have changed. */
  | { status: 2; folders: string[] }
  /** 5: the heartbeat is out of range, this one is allowed. */
  | { status: 5; heartbeat: number }
  /** 6: too many folders. */
  | { status: 6; maxFolders: number }
  /** 3 parameters missing, 4 syntax, 7 FolderSync needed, 8 server error. */
  | { status: 3 | 4 | 7 | 8 };

const RULE = 'MS-ASCMD 2.2.1.13';
/** Longest heartbeat there is, for the wait of a Ping that names none. */
const MAX_HEARTBEAT = 3540;

/** Ping: resolves when a watched folder changes or the heartbeat is over. */
export async function ping(
  client: ActiveSyncClient,
  { heartbeat, folders, signal }: PingRequest = {},
): Promise<PingReply> {
  const hasBody = heartbeat !== undefined || folders !== undefined;
  const list = folders?.map((f) =>
    el('Ping:Folder', el('Ping:Id', f.id), el('Ping:Class', f.class ?? 'Email')),
  );
  const { document } = await client.request(
    'Ping',
    hasBody
      ? el(
          'Ping:Ping',
          heartbeat === undefined ? null : el('Ping:HeartbeatInterval', heartbeat),
          list === undefined ? null : el('Ping:Folders', list),
        )
      : null,
    { signal, timeoutMs: ((heartbeat ?? MAX_HEARTBEAT) + 60) * 1000 },
  );
  const root = document ?? undefined;
  const status = Number(textOf(root, 'Ping:Status') ?? Number.NaN);
  const changed = children(child(root, 'Ping:Folders'), 'Ping:Folder').map((f) => f.text);
  must(changed.length === 0 || status === 2, RULE, `Status ${status} names changed folders`);
  switch (status) {
    case 1:
      return { status };
    case 2:
      must(changed.length > 0, 'MS-ASCMD 2.2.3.71.2', 'Status 2 without a folder');
      must(new Set(changed).size === changed.length, 'MS-ASCMD 2.2.3.71.2', 'a folder comes twice');
      for (const id of changed) {
        must(folders === undefined || folders.some((f) => f.id === id), RULE, `folder ${id} is not watched`);
      }
      return { status, folders: changed };
    case 5: {
      const allowed = Number(textOf(root, 'Ping:HeartbeatInterval') ?? Number.NaN);
      must(allowed > 0, 'MS-ASCMD 2.2.3.87', 'Status 5 without the HeartbeatInterval that is allowed');
      return { status, heartbeat: allowed };
    }
    case 6: {
      const maxFolders = Number(textOf(root, 'Ping:MaxFolders') ?? Number.NaN);
      must(maxFolders > 0, 'MS-ASCMD 2.2.3.105', 'Status 6 without MaxFolders');
      return { status, maxFolders };
    }
    case 3:
    case 4:
    case 7:
    case 8:
      return { status };
    default:
      must(false, 'MS-ASCMD 2.2.3.177.11', `Ping with Status ${status}`);
  }
}
