import type { MailboxStore } from '../../core/ports/mail.ts';
import { hasChanges } from '../../core/sync/estimate.ts';
import type { SyncStateRepo } from '../../core/sync/state.ts';
import { PING_HEADER, type PingAnswer, type PingFrame, type PingOpening } from '../../platform/ping-wire.ts';
import type { ChangeNotice, Services } from '../../platform/services.ts';
import type { DeviceValues } from './values.ts';

type PingServices = Pick<Services, 'mail' | 'wake' | 'now'>;

interface Attachment {
  folders: string[];
}

const MAX_FOLDERS = 300;

/** The waits of one device: a list of folders beside a hibernating WebSocket to the Worker that holds the Ping. */
export class PingDesk {
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
   * (I14). A newer Ping ends the older one.
   */
  async open(request: Request, services: PingServices): Promise<Response> {
    const opening = JSON.parse(decodeURIComponent(request.headers.get(PING_HEADER) ?? '')) as PingOpening;
    const { deviceId } = opening;
    const cached = this.#values.ping;
    const folders = opening.request.folders ?? cached?.folders;
    const heartbeat = opening.request.heartbeat ?? cached?.heartbeat;
    // MS-ASCMD 2.2.3.177.12: the request omits something and nothing is remembered.
    if (folders === undefined || heartbeat === undefined || folders.length === 0) {
      return answer({ kind: 'status', status: 3 });
    }
    if (JSON.stringify(cached) !== JSON.stringify({ folders, heartbeat })) {
      this.#values.ping = { folders, heartbeat };
    }
    for (const older of this.#ctx.getWebSockets('ping')) send(older, { kind: 'superseded' });
    const turn = this.#values.pingTurn + 1;
    this.#values.pingTurn = turn;
    const watched = folders.slice(0, MAX_FOLDERS).map((f) => f.id);
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, ['ping']);
    server.serializeAttachment({ folders: watched } satisfies Attachment);
    await services.wake.watch(opening.ref.tenantId, opening.ref.mailboxId, deviceId, turn);

    const mailbox = services.mail.mailbox(opening.ref);
    const present = await mailbox.contentModseqs(watched);
    if (watched.some((id) => !present.has(id))) {
      server.close(1000);
      return answer({ kind: 'status', status: 7 });
    }
    const changed: string[] = [];
    for (const [folderId, modseq] of present) {
      if (await this.#isNews(folderId, modseq, mailbox, services.now())) changed.push(folderId);
    }
    if (changed.length === 0) return answer({ kind: 'waiting', heartbeat }, client);
    server.close(1000);
    return answer({ kind: 'changed', folders: changed });
  }

  /** Tells the waiting Worker of those changes that are news to the device; false when nothing waits. */
  async wake(
    deviceId: string,
    changes: ChangeNotice[],
    mailbox: MailboxStore,
    now: number,
  ): Promise<boolean> {
    const sockets = this.#ctx.getWebSockets('ping').filter((s) => s.readyState === WebSocket.OPEN);
    for (const socket of sockets) {
      const { folders } = socket.deserializeAttachment() as Attachment;
      const changed: string[] = [];
      for (const folderId of folders) {
        const others = changes.filter((c) => c.folderId === folderId && c.originDevice !== deviceId);
        if (others.length === 0) continue;
        const modseq = Math.max(...others.map((c) => c.modseq));
        if (await this.#isNews(folderId, modseq, mailbox, now)) changed.push(folderId);
      }
      if (changed.length > 0) send(socket, { kind: 'changed', folders: changed });
    }
    return sockets.length > 0;
  }

  /** True only when the next Sync will really bring something: anything else makes a phone ping in a circle. */
  async #isNews(folderId: string, modseq: number, mailbox: MailboxStore, now: number): Promise<boolean> {
    const state = this.#repo.load(folderId);
    // Phones also watch folders that they never synced.
    return state !== null && hasChanges(this.#repo, mailbox, state, modseq, now);
  }
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
