import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataMethods } from '../../../data-client/index.ts';
import { dataClient, failure, INTERNAL_TOKENS, scopeOf } from '../../support/data-client.ts';
import { type InProcess, startInProcess } from '../../support/in-process/index.ts';
import { Phone } from '../phone.ts';

describe('devices in the data service', () => {
  let server: InProcess;
  let client: DataMethods;
  let ann: { tenant: string; user: string };
  let phone: Phone;

  beforeAll(async () => {
    server = await startInProcess({ vars: { INTERNAL_TOKENS } });
    ann = scopeOf(await server.addUser('ann@devices.example', 'secret-ann-1'));
    client = dataClient(server).client;
    phone = new Phone(server, 'ann@devices.example', 'secret-ann-1');
    await phone.start();
  });
  afterAll(() => server.stop());

  const inboxOf = async () => {
    const { devices } = await client.listDeviceStates(ann);
    const [device] = devices;
    return { device, inbox: device?.collections?.find((one) => one.folder === phone.inbox) };
  };

  it('tell how far they have come, and when', async () => {
    const before = Date.now();
    const { device, inbox } = await inboxOf();
    expect(device).toMatchObject({
      id: phone.deviceId,
      type: 'Test',
      protocolVersion: '16.1',
      access: 'allowed',
      wipe: null,
    });
    expect(inbox?.syncKey).toBe(phone.key);
    expect(inbox?.changedAt).toBeGreaterThan(before - 60_000);
    expect((await client.listDeviceStates({ ...ann, device: phone.deviceId })).devices).toHaveLength(1);
    expect(await failure(client.listDeviceStates({ ...ann, device: 'NONE' }))).toEqual(['NOT_FOUND', 404]);
  });

  it('synchronize anew when that is asked for', async () => {
    expect(await client.resetDevice({ ...ann, device: phone.deviceId })).toEqual({ device: phone.deviceId });
    expect((await inboxOf()).device?.collections).toEqual([]);
    expect(await failure(client.resetDevice({ ...ann, device: 'NONE' }))).toEqual(['NOT_FOUND', 404]);
    await phone.sync({ key: '0' });
    expect((await inboxOf()).inbox?.syncKey).toBe(phone.key);
  });
});
