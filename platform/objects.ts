import type { CopiedItem, Subscription } from '../core/live/types.ts';
import type { MailboxRef } from '../core/mail/types.ts';
import type { ReminderFrame } from '../core/reminders/due.ts';
import type { ThrottleRpc } from './auth/throttle.ts';
import { FAN_OUT, mapBounded } from './bounded.ts';
import { createDeviceClient, type DeviceSessionRpc, deviceObjectName } from './device-client.ts';
import type { Env } from './env.ts';
import { listenToHub } from './hub-listener.ts';
import type { SpendRpc } from './limits/types.ts';
import { LISTEN_HEADER, type ListenOpening, type LivePort, type SubscriptionProgress } from './live-port.ts';
import type { ChangeNotice, Services, WakePort } from './services.ts';

interface HubRpc {
  watch(deviceId: string, turn: number): Promise<void>;
  unwatch(deviceId: string, turn: number): Promise<void>;
  publish(changes: ChangeNotice[]): Promise<string[]>;
  revoked(): Promise<string[]>;
  erase(): Promise<void>;
  remind(reminders: ReminderFrame[]): Promise<number>;
  subscribe(subscription: Subscription, now: number): Promise<boolean>;
  subscriptions(userId: string, ids: readonly string[], now: number): Promise<Subscription[]>;
  progress(
    userId: string,
    subscriptionId: string,
    progress: SubscriptionProgress,
    connection: string | null,
  ): Promise<boolean>;
  copied(items: readonly CopiedItem[], now: number): Promise<void>;
  copies(itemIds: readonly string[]): Promise<CopiedItem[]>;
  unsubscribe(userId: string, subscriptionId: string): Promise<boolean>;
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** A stub under its RPC interface. The classes are named in wrangler.toml only, so the type is stated here. */
function stubOf<T>(namespace: DurableObjectNamespace, name: string): T {
  return namespace.get(namespace.idFromName(name)) as unknown as T;
}

/** Ports over the Durable Objects. */
export function createObjects(
  env: Env,
): Pick<Services, 'device' | 'wake' | 'live' | 'throttle'> & { counter(name: string): SpendRpc } {
  const device: Services['device'] = (ref, deviceId, correlationId) => {
    const name = deviceObjectName(ref, deviceId);
    return createDeviceClient(() => stubOf<DeviceSessionRpc>(env.DEVICE, name), {
      ref,
      deviceId,
      correlationId,
    });
  };
  const hub = (tenantId: string, mailboxId: string) => stubOf<HubRpc>(env.HUB, `${tenantId}/${mailboxId}`);
  const wake: WakePort = {
    watch: (tenantId, mailboxId, deviceId, turn) => hub(tenantId, mailboxId).watch(deviceId, turn),
    unwatch: (tenantId, mailboxId, deviceId, turn) => hub(tenantId, mailboxId).unwatch(deviceId, turn),
    hub: (tenantId, mailboxId, changes) => hub(tenantId, mailboxId).publish(changes),
    remind: (tenantId, mailboxId, reminders) => hub(tenantId, mailboxId).remind(reminders),
    device: (ref, deviceId, changes, correlationId) =>
      stubOf<DeviceSessionRpc>(env.DEVICE, deviceObjectName(ref, deviceId)).wake(
        { ref, deviceId, correlationId },
        changes,
      ),
    forget: (ref, deviceId) => stubOf<DeviceSessionRpc>(env.DEVICE, deviceObjectName(ref, deviceId)).forget(),
    async eraseDevices(ref, devices) {
      await mapBounded(devices, FAN_OUT, (id) =>
        stubOf<DeviceSessionRpc>(env.DEVICE, deviceObjectName(ref, id)).erase(),
      );
    },
    eraseHub: (ref) => hub(ref.tenantId, ref.mailboxId).erase(),
    async revoke(ref, deviceId) {
      const devices = deviceId === null ? await hub(ref.tenantId, ref.mailboxId).revoked() : [deviceId];
      await mapBounded(devices, FAN_OUT, (id) =>
        stubOf<DeviceSessionRpc>(env.DEVICE, deviceObjectName(ref, id)).revoke(),
      );
    },
  };
  const hubOf = (ref: MailboxRef) => hub(ref.tenantId, ref.mailboxId);
  const live: LivePort = {
    subscribe: (subscription, now) => hubOf(subscription.ref).subscribe(subscription, now),
    subscriptions: (ref, userId, ids, now) => hubOf(ref).subscriptions(userId, ids, now),
    progress: (ref, userId, id, progress, connection) =>
      hubOf(ref).progress(userId, id, progress, connection),
    copied: (ref, items, now) => hubOf(ref).copied(items, now),
    copies: (ref, itemIds) => hubOf(ref).copies(itemIds),
    async revoked(ref) {
      // What devices hold open is of their own mailbox.
      await hubOf(ref).revoked();
    },
    unsubscribe: (ref, userId, id) => hubOf(ref).unsubscribe(userId, id),
    listen: (ref, streams, connection, onFrame) =>
      listenToHub(
        async (taken) => {
          const opening: ListenOpening = { changes: true, streams: taken, connection };
          const headers = { upgrade: 'websocket', [LISTEN_HEADER]: JSON.stringify(opening) };
          const { webSocket } = await hubOf(ref).fetch('https://hub/listen', { headers });
          if (webSocket === null) throw new Error('listen: the hub opened no socket');
          return webSocket;
        },
        streams,
        onFrame,
      ),
  };
  const throttled = (kind: 'account' | 'net', name: string) =>
    stubOf<ThrottleRpc>(env.THROTTLE, `${kind}:${name}`);
  const throttle: Services['throttle'] = {
    async begin({ account, net, attempt }) {
      const [ofAccount, ofNet] = await Promise.all([
        account === null ? null : throttled('account', account).begin('account', attempt),
        // Each attempt counts here, also the same one again.
        net === null ? null : throttled('net', net).begin('net', null),
      ]);
      const known = ofAccount?.known === true;
      return {
        known,
        waitSeconds: known ? 0 : Math.max(ofAccount?.waitSeconds ?? 0, ofNet?.waitSeconds ?? 0),
        tickets: { account: ofAccount?.ticket ?? null, net: ofNet?.ticket ?? null },
      };
    },
    forget: (account) => throttled('account', account).forget(),
    async succeeded({ account, net, attempt }, { tickets }) {
      await Promise.all([
        account === null ? null : throttled('account', account).succeeded(tickets.account, attempt),
        net === null || tickets.net === null ? null : throttled('net', net).succeeded(tickets.net, null),
      ]);
    },
  };
  const counter = (name: string) => stubOf<SpendRpc>(env.THROTTLE, `spent:${name}`);
  return { device, wake, live, throttle, counter };
}
