import { DurableObject } from 'cloudflare:workers';
import type {
  EstimateReply,
  EstimateRequest,
  FolderSyncReply,
  SyncAnswer,
  SyncCall,
} from '../../core/ports/device.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { estimateChanges } from '../../core/sync/estimate.ts';
import { folderView, syncHierarchy } from '../../core/sync/folder-sync.ts';
import type { SyncReply } from '../../core/sync/request.ts';
import { recognise } from '../../core/sync/state.ts';
import type { DeviceCall } from '../../platform/device-client.ts';
import { newId } from '../../platform/ids.ts';
import type { ChangeNotice, Services } from '../../platform/services.ts';
import { Lock } from './lock.ts';
import { SyncDesk } from './sync-desk.ts';
import { SqlSyncStateRepo } from './sync-state-repo.ts';
import { DeviceValues } from './values.ts';
import { WaitDesk } from './wait-desk.ts';

export type DeviceServices = Pick<Services, 'mail' | 'queues' | 'wake' | 'now' | 'outbound'>;

/**
 * The object of one device of one user: sync keys and shadows of its folders, its folder tree, its Ping. One
 * request at a time, so that two first Syncs of a folder or a retry beside its original cannot cross.
 *
 * @param build makes the services for one call.
 */
export function createDeviceSession<Env>(build: (env: Env, ctx: DurableObjectState) => DeviceServices) {
  return class DeviceSession extends DurableObject<Env> {
    readonly #lock = new Lock();
    readonly #repo: SqlSyncStateRepo;
    readonly #values: DeviceValues;
    readonly #waits: WaitDesk;
    readonly #syncs: SyncDesk;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.#repo = new SqlSyncStateRepo(ctx.storage);
      this.#values = new DeviceValues(ctx.storage);
      this.#waits = new WaitDesk(ctx, this.#repo, this.#values);
      this.#syncs = new SyncDesk(this.#repo, this.#values, newEpoch);
    }

    folderSync(call: DeviceCall, syncKey: string): Promise<FolderSyncReply> {
      return this.#lock.run(async () => {
        const folders = await build(this.env, this.ctx).mail.mailbox(call.ref).folders();
        const views = folders.map(folderView);
        const { next, ...reply } = syncHierarchy(this.#values.hierarchy, syncKey, views, newEpoch);
        if (next !== null) this.#values.hierarchy = next;
        return reply;
      });
    }

    sync(call: DeviceCall, request: SyncCall): Promise<SyncAnswer> {
      return this.#lock.run(async () => {
        const services = build(this.env, this.ctx);
        const mailbox = services.mail.mailbox(call.ref);
        const answer = await this.#syncs.sync(services, mailbox, request, call.correlationId);
        if (answer.kind === 'replies') await this.#announce(services, call, answer.replies);
        return answer;
      });
    }

    estimate(call: DeviceCall, requests: EstimateRequest[]): Promise<EstimateReply[]> {
      return this.#lock.run(async () => {
        const services = build(this.env, this.ctx);
        const mailbox = services.mail.mailbox(call.ref);
        const modseqs = await mailbox.contentModseqs(requests.map((r) => r.collectionId));
        return Promise.all(requests.map((r) => this.#estimateOne(mailbox, r, modseqs, services.now())));
      });
    }

    /** Opens the wait of a Ping: a WebSocket that hibernates (DESIGN: push). See WaitDesk. */
    override async fetch(request: Request): Promise<Response> {
      return this.#waits.open(request, build(this.env, this.ctx));
    }

    /** Tells the waiting Ping, if any, of changes. */
    async wake(call: DeviceCall, changes: ChangeNotice[]): Promise<void> {
      const services = build(this.env, this.ctx);
      const turn = this.#values.pingTurn;
      const mailbox = services.mail.mailbox(call.ref);
      if (await this.#waits.wake(call.deviceId, changes, mailbox, services.now())) return;
      await services.wake.unwatch(call.ref.tenantId, call.ref.mailboxId, call.deviceId, turn);
    }

    /** What the device may do has changed: a held request looks again. */
    async revoke(): Promise<void> {
      this.#waits.revoke();
    }

    override webSocketMessage(): void {
      // The Worker never speaks on this socket.
    }

    override webSocketClose(socket: WebSocket): void {
      socket.close();
    }

    async #estimateOne(
      mailbox: MailboxStore,
      request: EstimateRequest,
      modseqs: Map<string, number>,
      now: number,
    ): Promise<EstimateReply> {
      const { collectionId } = request;
      const contentModseq = modseqs.get(collectionId);
      if (contentModseq === undefined) return { collectionId, status: 2, estimate: 0 };
      const state = this.#repo.load(collectionId);
      if (state === null || request.syncKey === '0') return { collectionId, status: 3, estimate: 0 };
      if (recognise(state, request.syncKey) === 'unknown') return { collectionId, status: 4, estimate: 0 };
      const n = await estimateChanges(this.#repo, mailbox, state, contentModseq, request.filterType, now);
      return { collectionId, status: 1, estimate: n };
    }

    /** Other devices hear of this one's changes; it is part of the call, so that no wake-up is lost (I14). */
    async #announce(services: DeviceServices, call: DeviceCall, replies: SyncReply[]): Promise<void> {
      const touched = replies.flatMap((r) => r.touched);
      if (touched.length === 0) return;
      const { tenantId, mailboxId, shard } = call.ref;
      await services.queues.notify(
        touched.map((t) => ({
          v: 1,
          tenantId,
          mailboxId,
          shard,
          folderId: t.folderId,
          modseq: t.modseq,
          originDevice: call.deviceId,
          correlationId: call.correlationId,
        })),
      );
    }
  };
}

function newEpoch(): string {
  return newId().slice(-10);
}
