import { DurableObject } from 'cloudflare:workers';
import type {
  CollectionAge,
  EstimateReply,
  EstimateRequest,
  FolderChange,
  FolderSyncReply,
  SyncAnswer,
  SyncCall,
} from '../../core/ports/device.ts';
import { estimateCollection } from '../../core/sync/estimate.ts';
import { changeHierarchy } from '../../core/sync/folder-change.ts';
import type { FolderCommand } from '../../core/sync/folder-command.ts';
import { folderViews, type HierarchyState, syncHierarchy } from '../../core/sync/folder-sync.ts';
import { type MoveRequest, type MoveStatus, moveItems } from '../../core/sync/move-items.ts';
import type { DeviceCall } from '../../platform/device-client.ts';
import { newId } from '../../platform/ids.ts';
import type { ChangeNotice, Services } from '../../platform/services.ts';
import { Lock } from './lock.ts';
import { SyncDesk } from './sync-desk.ts';
import { SqlSyncStateRepo } from './sync-state-repo.ts';
import { DeviceValues } from './values.ts';
import { WaitDesk } from './wait-desk.ts';

/** A folder that changed; `news` when the device itself is to hear of it too. */
interface Touched {
  folderId: string;
  modseq: number;
  news?: boolean;
  /** The folder itself was made, renamed or moved, or went. */
  hierarchy?: true;
}

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

    folderSync(call: DeviceCall, syncKey: string, recipientCache: boolean): Promise<FolderSyncReply> {
      return this.#lock.run(async () => {
        const folders = await build(this.env, this.ctx).mail.mailbox(call.ref).folders();
        const views = folderViews(folders, recipientCache);
        const { next, ...reply } = await syncHierarchy(this.#values.hierarchy, syncKey, views);
        if (next !== null) this.#values.hierarchy = next;
        return reply;
      });
    }

    changeFolder(call: DeviceCall, syncKey: string, command: FolderCommand): Promise<FolderChange> {
      return this.#lock.run(async () => {
        const services = build(this.env, this.ctx);
        const mailbox = services.mail.mailbox(call.ref);
        const context = {
          mailbox,
          state: this.#values.hierarchy,
          save: (state: HierarchyState) => {
            this.#values.hierarchy = state;
          },
          newId,
          now: services.now(),
        };
        const { gone, ...reply } = await changeHierarchy(context, syncKey, command);
        for (const folderId of gone) this.#repo.reset(folderId);
        const changed = [...new Set([reply.serverId, ...gone])].filter((id) => id !== '');
        if (changed.length > 0) {
          const { modseq } = await mailbox.usage();
          await this.#announce(
            services,
            call,
            changed.map((folderId) => ({ folderId, modseq, hierarchy: true })),
          );
        }
        return reply;
      });
    }

    moveItems(call: DeviceCall, requests: MoveRequest[]): Promise<MoveStatus[]> {
      return this.#lock.run(async () => {
        const services = build(this.env, this.ctx);
        const mailbox = services.mail.mailbox(call.ref);
        const { statuses, touched } = await moveItems(this.#repo, mailbox, requests);
        await this.#announce(services, call, touched);
        return statuses;
      });
    }

    sync(call: DeviceCall, request: SyncCall): Promise<SyncAnswer> {
      return this.#lock.run(async () => {
        const services = build(this.env, this.ctx);
        const mailbox = services.mail.mailbox(call.ref);
        const answer = await this.#syncs.sync(services, mailbox, request, call.correlationId);
        if (answer.kind === 'replies') {
          await this.#announce(
            services,
            call,
            answer.replies.flatMap((r) => r.touched),
          );
        }
        return answer;
      });
    }

    async supported(collectionId: string): Promise<string[] | null> {
      return this.#repo.load(collectionId)?.supported ?? null;
    }

    async collections(): Promise<CollectionAge[]> {
      return this.#repo.ages();
    }

    estimate(call: DeviceCall, requests: EstimateRequest[]): Promise<EstimateReply[]> {
      return this.#lock.run(async () => {
        const services = build(this.env, this.ctx);
        const mailbox = services.mail.mailbox(call.ref);
        const heads = await mailbox.folderHeads(requests.map((r) => r.collectionId));
        const replies: EstimateReply[] = [];
        for (const request of requests) {
          const head = heads.get(request.collectionId);
          replies.push(await estimateCollection(this.#repo, mailbox, request, head, services.now()));
        }
        return replies;
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

    /**
     * The mailbox was made again from what was written down of it and may not be what the device was told: its next
     * Sync hears that its key is unknown (I17). The tree of folders is compared as such, and needs no forgetting.
     */
    async forget(): Promise<void> {
      await this.#lock.run(async () => {
        this.#repo.resetAll();
        this.#values.lastSync = null;
      });
      this.#waits.revoke();
    }

    /** It was removed, or its user is erased: nothing of what the object knows stays (I27). */
    async erase(): Promise<void> {
      this.#waits.revoke();
      await this.#lock.run(async () => {
        await this.ctx.storage.deleteAlarm();
        await this.ctx.storage.deleteAll();
        this.#repo.prepare();
      });
    }

    override webSocketMessage(): void {
      // The Worker never speaks on this socket.
    }

    override webSocketClose(socket: WebSocket): void {
      socket.close();
    }

    /** Other devices hear of this one's changes; it is part of the call, so that no wake-up is lost (I14). */
    async #announce(services: DeviceServices, call: DeviceCall, touched: Touched[]): Promise<void> {
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
          originDevice: t.news === true ? null : call.deviceId,
          hierarchy: t.hierarchy,
          correlationId: call.correlationId,
        })),
      );
    }
  };
}

function newEpoch(): string {
  return newId().slice(-10);
}
