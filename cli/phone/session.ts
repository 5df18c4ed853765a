import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ActiveSyncClient,
  type ClientVersion,
  type Email,
  type FolderDelta,
  FolderModel,
  HttpStatusError,
  type ItemOptions,
  type PingReply,
  ping,
  StatusError,
  signIn,
  syncFolder,
  Unreachable,
} from '../activesync-client/index.ts';

/** What a list of messages needs of each: a little text. */
const LIST_OPTIONS: ItemOptions = {
  filterType: 0,
  mimeSupport: 0,
  bodies: [{ type: 1, truncationSize: 500, preview: 200 }],
};
const WINDOW = 100;
/** Pause before another try when the server names none. */
const PAUSE_S = 5;

/** The same device each time for one address on one machine. */
export function deviceIdFor(user: string): string {
  const hash = createHash('sha256').update(`${hostname()}/${user.toLowerCase()}`).digest('hex');
  return `WAYPOST${hash.slice(0, 20).toUpperCase()}`;
}

export interface PhoneSession {
  signedIn: Awaited<ReturnType<typeof signIn>>;
  inbox: FolderModel;
}

/** Signs in and reads the whole Inbox. */
export async function openSession(
  client: ActiveSyncClient,
  version: ClientVersion | undefined,
): Promise<PhoneSession> {
  const signedIn = await signIn(
    client,
    {
      model: 'waypost phone',
      friendlyName: hostname(),
      os: process.platform,
      userAgent: 'waypost-phone/1.0',
    },
    version,
  );
  const folder = signedIn.folders.find((f) => f.type === 2);
  if (folder === undefined) throw new StatusError('FolderSync', 1, 'there is no Inbox');
  const inbox = new FolderModel(folder.serverId);
  await syncFolder(client, inbox, { windowSize: WINDOW, options: LIST_OPTIONS });
  return { signedIn, inbox };
}

/** Newest first. */
export function newest(inbox: FolderModel, limit: number): [serverId: string, email: Email][] {
  const time = (email: Email) => email.dateReceived?.getTime() ?? 0;
  return [...inbox.items].sort((a, b) => time(b[1]) - time(a[1])).slice(0, limit);
}

export interface Watcher {
  /** Seconds that a Ping may wait. */
  heartbeat: number;
  signal: AbortSignal;
  onDelta(delta: FolderDelta): void;
  onRemark(text: string): void;
}

/** Waits in Ping and syncs when the server says so, until the signal. */
export async function watch(client: ActiveSyncClient, inbox: FolderModel, watcher: Watcher): Promise<void> {
  let heartbeat = watcher.heartbeat;
  while (!watcher.signal.aborted) {
    try {
      const folders = [{ id: inbox.collectionId }];
      const reply = await ping(client, { heartbeat, folders, signal: watcher.signal });
      if (reply.status === 2) {
        watcher.onDelta(await syncFolder(client, inbox, { windowSize: WINDOW, options: LIST_OPTIONS }));
      } else if (reply.status === 5) {
        watcher.onRemark(`The server allows a heartbeat of ${reply.heartbeat} s, not ${heartbeat} s.`);
        heartbeat = reply.heartbeat;
      } else if (reply.status !== 1) {
        throw new StatusError('Ping', reply.status, PING_STATUS[reply.status]);
      }
    } catch (error) {
      if (watcher.signal.aborted) return;
      if (error instanceof StatusError && error.command === 'Sync' && error.status === 3) {
        watcher.onRemark('The server has forgotten this device: reading the Inbox again.');
        inbox.forget();
        await syncFolder(client, inbox, { windowSize: WINDOW, options: LIST_OPTIONS });
      } else {
        await recover(error, watcher);
      }
    }
  }
}

const PING_STATUS: Partial<Record<PingReply['status'], string>> = {
  3: 'parameters are missing',
  4: 'syntax error',
  6: 'too many folders',
  7: 'the folders have changed',
  8: 'server error',
};

/** A server or a way to it that is away for a while is waited for; everything else ends the watch. */
async function recover(error: unknown, { signal, onRemark }: Watcher): Promise<void> {
  const busy = error instanceof HttpStatusError && (error.status === 503 || error.status === 429);
  if (!(busy || error instanceof Unreachable)) throw error;
  const seconds = Math.min(busy ? (error.retryAfter ?? PAUSE_S) : PAUSE_S, 300);
  onRemark(`${error.message}. Trying again in ${seconds} s.`);
  await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
}
