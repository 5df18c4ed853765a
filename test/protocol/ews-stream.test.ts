/** Streams of EWS in workerd, over the real hub and its hibernating sockets. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
    server = await startServer({ store, vars: { PING_HOLD_MAX_S: '8', RELAY_ALLOW_PRIVATE: '1' } });
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

  test('sends news to an address, by an alarm of the hub', async () => {
    const texts: string[] = [];
    const hook = createServer((request, response) => {
      let text = '';
      request.on('data', (part) => {
        text += String(part);
      });
      request.on('end', () => {
        texts.push(text);
        response
          .writeHead(200, { 'content-type': 'text/xml' })
          .end(
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendNotificationResult>' +
              '<SubscriptionStatus>OK</SubscriptionStatus></SendNotificationResult></s:Body></s:Envelope>',
          );
      });
    });
    await new Promise<void>((done) => hook.listen(0, '127.0.0.1', done));
    try {
      const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`;
      const address = `user${++users}@stream.example`;
      await server.addUser(address, PASSWORD);
      await ewsClient(server, address, PASSWORD).ok(
        '<m:Subscribe><m:PushSubscriptionRequest SubscribeToAllFolders="true"><t:EventTypes><t:EventType>NewMailEvent</t:EventType>' +
          `</t:EventTypes><t:StatusFrequency>1</t:StatusFrequency><t:URL>${url}</t:URL></m:PushSubscriptionRequest></m:Subscribe>`,
      );
      await expect.poll(() => texts.length, { timeout: 10_000 }).toBe(1);
      expect(texts[0]).toContain('StatusEvent');
      await deliver(address);
      await expect.poll(() => texts.length, { timeout: 10_000 }).toBe(2);
      expect(texts[1]).toContain('NewMailEvent');
    } finally {
      hook.closeAllConnections();
      await new Promise((done) => hook.close(done));
    }
  }, 40_000);
});
