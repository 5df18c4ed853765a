import type { Folder } from '../../core/mail/types.ts';
import type { PingRequest, WatchedFolder } from '../../core/ports/device.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { hasChanges } from '../../core/sync/estimate.ts';
import { type FolderView, folderViews } from '../../core/sync/folder-sync.ts';
import { keyOf, type SyncStateRepo } from '../../core/sync/state.ts';
import { PING_HEADER, type PingAnswer, type PingFrame, type PingOpening } from '../../platform/ping-wire.ts';
import type { ChangeNotice, Services } from '../../platform/services.ts';
import type { DeviceValues, PingCache } from './values.ts';

type PingServices = Pick<Services, 'mail' | 'wake' | 'now'>;

interface Attachment {
  folders: WatchedFolder[];
  /** A Ping, and not a Sync that waits. */
  ping: boolean;
}

const MAX_FOLDERS = 300;
/** Type of the recipient information cache (MS-ASCMD 2.2.3.186.3). */
const RECIPIENT_CACHE = 19;

/**
 * The waits of one device, Ping or long Sync: a list of folders beside a hibernating WebSocket to the Worker that
 * holds the request.
 */
export class WaitDesk {
  readonly #ctx: DurableObjectState;
  readonly #repo: SyncStateRepo;
  readonly #values: DeviceValues;

  constructor(ctx: DurableObjectState, repo: SyncStateRepo, values: DeviceValues) {
    this.#ctx = ctx;
    this.#repo = repo;
    this.#values = values;
  }

  /**
   * Registers the wait, here and at the mailbox's hub, and compares afterwards, so that no change falls between
   * (I14). A newer wait ends the older one.
   */
  async open(request: Request, services: PingServices): Promise<Response> {
    const opening = JSON.parse(decodeURIComponent(request.headers.get(PING_HEADER) ?? '')) as PingOpening;
    const { deviceId, request: asked } = opening;
    const ping = 'watch' in asked ? null : this.#pingOf(asked);
    if (ping === undefined) return answer({ kind: 'status', status: 3 });
    const folders = 'watch' in asked ? asked.watch : (ping?.folders ?? []).map(({ id }) => ({ id }));
    const heartbeat = ping?.heartbeat ?? 0;
    for (const older of this.#ctx.getWebSockets('ping')) send(older, { kind: 'superseded' });
    const turn = this.#values.pingTurn + 1;
    this.#values.pingTurn = turn;
    const watched = folders.slice(0, MAX_FOLDERS);
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, ['ping']);
    server.serializeAttachment({ folders: watched, ping: ping !== null } satisfies Attachment);
    await services.wake.watch(opening.ref.tenantId, opening.ref.mailboxId, deviceId, turn);

    const mailbox = services.mail.mailbox(opening.ref);
    const tree = await mailbox.folders();
    const present = new Map(tree.map((f) => [f.folderId, f.contentModseq]));
    const gone = watched.map((f) => f.id).filter((id) => !present.has(id));
    if (ping !== null && (gone.length > 0 || !this.#knowsTree(tree))) {
      server.close(1000);
      return answer({ kind: 'status', status: 7 });
    }
    const changed: string[] = [...gone];
    for (const folder of watched) {
      const modseq = present.get(folder.id);
      if (modseq !== undefined && (await this.#isNews(folder, modseq, mailbox, services.now())))
        changed.push(folder.id);
    }
    if (changed.length === 0) return answer({ kind: 'waiting', heartbeat }, client);
    server.close(1000);
    return answer({ kind: 'changed', folders: changed });
  }

  /** Makes whoever waits look again at what the device may do (I21). */
  revoke(): void {
    for (const socket of this.#ctx.getWebSockets('ping')) send(socket, { kind: 'revoked' });
  }

  /** What a Ping asks for, with what it leaves out from the one before; undefined when nothing is remembered. */
  #pingOf(request: PingRequest): PingCache | undefined {
    const cached = this.#values.ping;
    const folders = request.folders ?? cached?.folders;
    const heartbeat = request.heartbeat ?? cached?.heartbeat;
    // MS-ASCMD 2.2.3.177.12
    if (folders === undefined || heartbeat === undefined || folders.length === 0) return undefined;
    if (JSON.stringify(cached) !== JSON.stringify({ folders, heartbeat }))
      this.#values.ping = { folders, heartbeat };
    return { folders, heartbeat };
  }

  /** Tells the waiting Worker of those changes that are news to the device; false when nothing waits. */
  async wake(
    deviceId: string,
    changes: ChangeNotice[],
    mailbox: MailboxStore,
    now: number,
  ): Promise<boolean> {
    const sockets = this.#ctx.getWebSockets('ping').filter((s) => s.readyState === WebSocket.OPEN);
    const moved = changes.some((c) => c.hierarchy === true && c.originDevice !== deviceId);
    const otherTree = moved && sockets.length > 0 && !this.#knowsTree(await mailbox.folders());
    for (const socket of sockets) {
      const { folders, ping } = socket.deserializeAttachment() as Attachment;
      // The device reads the tree first (MS-ASCMD 2.2.3.177.12), and is told of items by its next Ping.
      if (ping && otherTree) {
        send(socket, { kind: 'hierarchy' });
        continue;
      }
      const changed: string[] = [];
      const quiet: string[] = [];
      for (const folder of folders) {
        const others = changes.filter((c) => c.folderId === folder.id && c.originDevice !== deviceId);
        if (others.length === 0) continue;
        const modseq = Math.max(...others.map((c) => c.modseq));
        if (await this.#isNews(folder, modseq, mailbox, now)) changed.push(folder.id);
        else quiet.push(folder.id);
      }
      if (changed.length > 0) {
        send(socket, { kind: 'changed', folders: changed });
        continue;
      }
      // The last change of a folder is that it goes.
      const present = quiet.length === 0 ? null : await mailbox.contentModseqs(quiet);
      const gone = quiet.filter((id) => present?.has(id) === false);
      if (gone.length > 0) send(socket, ping ? { kind: 'hierarchy' } : { kind: 'changed', folders: gone });
    }
    return sockets.length > 0;
  }

  /** Whether the device's folder tree is that of the mailbox (MS-ASCMD 2.2.3.177.12, Status 7). */
  #knowsTree(tree: readonly Folder[]): boolean {
    const known = this.#values.hierarchy?.current;
    if (known === undefined) return false;
    const cache = known.some((f) => f.type === RECIPIENT_CACHE);
    const now = new Map(folderViews(tree, cache).map((f) => [f.serverId, f]));
    return known.length === now.size && known.every((f) => sameView(f, now.get(f.serverId)));
  }

  /** True only when the next Sync will really bring something: anything else makes a phone ping in a circle. */
  async #isNews(
    { id, key }: WatchedFolder,
    modseq: number,
    mailbox: MailboxStore,
    now: number,
  ): Promise<boolean> {
    const state = this.#repo.load(id);
    // Phones also watch folders that they never synced.
    if (state === null) return false;
    // Another copy of the request has taken the change, and who knows which answer the device hears.
    if (key !== undefined && key !== keyOf(state)) return true;
    return hasChanges(this.#repo, mailbox, state, modseq, now);
  }
}

function sameView(a: FolderView, b: FolderView | undefined): boolean {
  return a.parentId === b?.parentId && a.displayName === b.displayName && a.type === b.type;
}

function answer(value: PingAnswer, webSocket?: WebSocket): Response {
  const headers = { [PING_HEADER]: JSON.stringify(value) };
  return webSocket === undefined
    ? new Response(null, { status: 200, headers })
    : new Response(null, { status: 101, webSocket, headers });
}

function send(socket: WebSocket, frame: PingFrame): void {
  try {
    socket.send(JSON.stringify(frame));
    socket.close(1000);
  } catch {
    // The Worker has gone meanwhile: it answered its Ping or its client left.
  }
}
