import { accessOf } from '../../../core/policy/access.ts';
import { FAN_OUT, mapBounded } from '../../../platform/bounded.ts';
import { describeError } from '../../../platform/log.ts';
import type { Handler } from '../context.ts';
import { notThere, openBox } from '../scope.ts';

export const listDeviceStates: Handler<'listDeviceStates'> = async (context, input) => {
  const { ref } = await openBox(context, input);
  const { services, correlationId } = context;
  const { directory } = services;
  const [all, settings] = await Promise.all([
    directory.listDevices(ref.tenantId, ref.mailboxId),
    directory.getDeviceSettings(ref.tenantId),
  ]);
  const wanted = all.filter(({ deviceId }) => input.device === undefined || deviceId === input.device);
  if (input.device !== undefined && wanted.length === 0) throw notThere();
  return {
    devices: await mapBounded(wanted, FAN_OUT, async (device) => {
      const collections = await services
        .device(ref, device.deviceId, correlationId)
        .collections()
        .catch((error: unknown) => {
          services.log.warn('data.no-device-state', { correlationId, error: describeError(error) });
          return null;
        });
      const { wipe } = device;
      return {
        ...{ id: device.deviceId, type: device.deviceType, userAgent: device.userAgent },
        ...{ protocolVersion: device.protocolVersion, firstSeenAt: device.firstSeenAt },
        ...{ lastSeenAt: device.lastSeenAt, access: accessOf(device, device.deviceType, settings) },
        wipe: wipe === null ? null : { kind: wipe.kind, requestedAt: wipe.requestedAt, sentAt: wipe.sentAt },
        policyAcknowledgedAt: device.policy.acknowledgedAt,
        collections:
          collections?.map(({ collectionId, syncKey, changedAt }) => ({
            ...{ folder: collectionId, syncKey, changedAt },
          })) ?? null,
      };
    }),
  };
};

export const resetDevice: Handler<'resetDevice'> = async (context, input) => {
  const { ref } = await openBox(context, input);
  const { services } = context;
  const device = { tenantId: ref.tenantId, userId: ref.mailboxId, deviceId: input.device };
  if ((await services.directory.getDevice(device)) === null) throw notThere();
  await services.wake.forget(ref, input.device);
  return { device: input.device };
};
