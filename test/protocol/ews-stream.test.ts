/** Streams of EWS in workerd, over the real hub and its hibernating sockets. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textOf } from '../../codecs/soap/read.ts';
import { ewsClient } from '../clients/ews/index.ts';
import { type EwsStream, openStream } from '../clients/ews/stream.ts';
import type { Waypost } from '../support/harness.ts';
import { buildMail } from '../support/mail.ts';
import { startServer } from '../support/server.ts';

const PASSWORD = 'a-password-1';
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(['d1', 'postgres'] as const)('a stream of EWS (%s)', (store) => {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store, vars: { PING_HOLD_MAX_S: '8' } });
  }, 60_000);
  afterAll(() => server?.stop());

  let users = 0;
  async function watched(): Promise<{ address: string; hub: string; open(): Promise<EwsStream> }> {
    const address = `user${++users}@stream.example`;
    const { userId, tenantId } = await server.addUser(address, PASSWORD);
    const client = ewsClient(server, address, PASSWORD);
    const { messages } = await client.ok(
      '<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="inbox"/></t:FolderIds>' +
        '<t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>',
    );
    const id = textOf(messages[0] ?? null, 'SubscriptionId') ?? '';
    return {
      address,
      hub: `${tenantId}/${userId}`,
      open: () => openStream(server, address, PASSWORD, [id]),
    };
  }
  const deliver = (address: string) => server.email('sender@sender.example', address, buildMail({}));

  test('is there at once, tells of mail as it comes, and ends in its time', async () => {
    const { address, open } = await watched();
    const began = Date.now();
    const stream = await open();
    expect((await stream.next())?.status).toBe('OK');
    expect(Date.now() - began).toBeLessThan(3_000);
    for (let i = 0; i < 3; i++) {
      await deliver(address);
      expect(await stream.nextEvents()).toHaveLength(1);
    }
    expect((await stream.next(12_000))?.status).toBe('Closed');
    expect(await stream.next()).toBeNull();
  }, 40_000);

  test('goes on although the hub was evicted while it waited', async () => {
    const { address, hub, open } = await watched();
    const stream = await open();
    expect((await stream.next())?.status).toBe('OK');
    await sleep(300);
    await server.evict('HUB', hub);
    await deliver(address);
    expect(await stream.nextEvents()).toHaveLength(1);
    await stream.close();
  }, 40_000);

  test('tells on the next connection what came between', async () => {
    const { address, open } = await watched();
    const first = await open();
    expect((await first.next())?.status).toBe('OK');
    await first.close();
    await deliver(address);
    const second = await open();
    expect(await second.nextEvents()).toHaveLength(1);
    await second.close();
  }, 40_000);
});
