import type { ReminderFrame } from '../core/reminders/due.ts';
import { FAN_OUT, mapBounded } from './bounded.ts';
import { createDeviceClient, type DeviceSessionRpc, deviceObjectName } from './device-client.ts';
import type { Env } from './env.ts';
import type { ChangeNotice, Services, WakePort } from './services.ts';

interface HubRpc {
  watch(deviceId: string, turn: number): Promise<void>;
  unwatch(deviceId: string, turn: number): Promise<void>;
  publish(changes: ChangeNotice[]): Promise<string[]>;
  waiting(): Promise<string[]>;
  remind(reminders: ReminderFrame[]): Promise<number>;
}

interface ThrottleRpc {
  check(kind: 'account' | 'net'): Promise<number>;
  failed(): Promise<void>;
}

/** A stub under its RPC interface. The classes are named in wrangler.toml only, so the type is stated here. */
function stubOf<T>(namespace: DurableObjectNamespace, name: string): T {
  return namespace.get(namespace.idFromName(name)) as unknown as T;
}

/** Ports over the Durable Objects. */
export function createObjects(env: Env): Pick<Services, 'device' | 'wake' | 'throttle'> {
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
    async revoke(ref, deviceId) {
      const devices = deviceId === null ? await hub(ref.tenantId, ref.mailboxId).waiting() : [deviceId];
      await mapBounded(devices, FAN_OUT, (id) =>
        stubOf<DeviceSessionRpc>(env.DEVICE, deviceObjectName(ref, id)).revoke(),
      );
    },
  };
  const throttled = (key: string) => stubOf<ThrottleRpc>(env.THROTTLE, key);
  const kindOf = (key: string) => (key.startsWith('net:') ? 'net' : 'account');
  return {
    device,
    wake,
    throttle: {
      check: async (keys) =>
        Math.max(0, ...(await Promise.all(keys.map((k) => throttled(k).check(kindOf(k)))))),
      failed: async (keys) => {
        await Promise.all(keys.map((k) => throttled(k).failed()));
      },
    },
  };
}
