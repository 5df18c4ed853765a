import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseXml, type XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { schemaFaults } from '../clients/ews/schema.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';

const PASSWORD = 'a-password-1';
const HOOK = 'https://hook.example.org/notify?key=1';

let server: InProcess;
let users = 0;
beforeAll(async () => {
  // Without a DNS no name could be checked.
  server = await startInProcess({ vars: { RELAY_ALLOW_PRIVATE: '1' } });
}, 60_000);
afterAll(() => server?.stop());
afterEach(() => vi.unstubAllGlobals());

const result = (status: string) =>
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
  '<SendNotificationResult xmlns="http://schemas.microsoft.com/exchange/services/2006/messages">' +
  `<SubscriptionStatus>${status}</SubscriptionStatus></SendNotificationResult></s:Body></s:Envelope>`;

/** A host that notes what it is sent, and answers so. */
function hook(answer: (n: number) => Response): {
  sent: XmlElement[];
  texts: string[];
  inits: RequestInit[];
} {
  const taken = { sent: [] as XmlElement[], texts: [] as string[], inits: [] as RequestInit[] };
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    if (url !== HOOK) throw new Error(`nothing is to be fetched from ${url}`);
    taken.inits.push(init);
    taken.texts.push(String(init.body));
    const message = at(parseXml(String(init.body)), 'Body', 'SendNotification', 'ResponseMessages')
      ?.children[0];
    if (message === undefined) throw new Error('no notification');
    taken.sent.push(message);
    return answer(taken.sent.length);
  });
  return taken;
}

const says = (status: string) => () =>
  new Response(result(status), { headers: { 'content-type': 'text/xml' } });
const names = (message: XmlElement | undefined) =>
  (child(message ?? null, 'Notification')?.children ?? [])
    .map((one) => one.name)
    .filter((name) => name.endsWith('Event'));

async function subscribed(): Promise<{
  address: string;
  client: EwsClient;
  id: string;
  end(): Promise<string[]>;
}> {
  const address = `user${++users}@push.example`;
  await server.addUser(address, PASSWORD);
  const client = ewsClient(server, address, PASSWORD);
  const { messages } = await client.ok(
    '<m:Subscribe><m:PushSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="inbox"/></t:FolderIds>' +
      '<t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes><t:StatusFrequency>30</t:StatusFrequency>' +
      `<t:URL>${HOOK}</t:URL></m:PushSubscriptionRequest></m:Subscribe>`,
  );
  const id = textOf(messages[0] ?? null, 'SubscriptionId') ?? '';
  const end = async () =>
    (await client.call(`<m:Unsubscribe><m:SubscriptionId>${id}</m:SubscriptionId></m:Unsubscribe>`)).codes;
  return { address, client, id, end };
}

const deliver = (address: string) => server.email('sender@sender.example', address, buildMail({}));

describe('a push subscription', () => {
  it('may be to a program on the machine itself where private networks are allowed', async () => {
    const address = `user${++users}@push.example`;
    await server.addUser(address, PASSWORD);
    const client = ewsClient(server, address, PASSWORD);
    const code = async (url: string) =>
      (
        await client.call(
          '<m:Subscribe><m:PushSubscriptionRequest SubscribeToAllFolders="true"><t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes>' +
            `<t:StatusFrequency>30</t:StatusFrequency><t:URL>${url}</t:URL></m:PushSubscriptionRequest></m:Subscribe>`,
        )
      ).codes[0];
    hook(says('OK'));
    expect(await code('http://127.0.0.1:9/x')).toBe('NoError');
    expect(await code('http://10.0.0.1/x')).toBe('ErrorInvalidPushSubscriptionUrl');
    expect(await code('http://hook.example.org/x')).toBe('ErrorInvalidPushSubscriptionUrl');
  });

  it('sends a first word, then each news after the one before, and nothing when nothing of it happened', async () => {
    const { sent, texts, inits } = hook(says('OK'));
    const { address, client, id } = await subscribed();
    await expect.poll(() => sent.map(names)).toEqual([['StatusEvent']]);
    await deliver(address);
    await expect.poll(() => sent.map(names)).toEqual([['StatusEvent'], ['NewMailEvent']]);
    await client.ok(
      '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>x</t:Subject></t:Message></m:Items></m:CreateItem>',
    );
    await server.drain();
    await deliver(address);
    await expect.poll(() => sent.length).toBe(3);
    expect(names(sent[2])).toEqual(['NewMailEvent']);
    const mark = (message: XmlElement | undefined, name: string) =>
      at(message ?? null, 'Notification')?.children.find((one) => one.name.endsWith(name));
    const notification = child(sent[1] ?? null, 'Notification');
    expect(textOf(notification, 'SubscriptionId')).toBe(id);
    expect(textOf(notification, 'PreviousWatermark')).toBe(
      textOf(mark(sent[0], 'Event') ?? null, 'Watermark'),
    );
    for (const text of texts) expect(await schemaFaults(text)).toEqual([]);
    expect(inits.every((one) => one.redirect === 'manual' && one.method === 'POST')).toBe(true);
    expect(texts.join()).not.toContain('Authorization');
  }, 20_000);

  it('ends when the client says so', async () => {
    const { sent } = hook(says('Unsubscribe'));
    const { end } = await subscribed();
    await expect.poll(() => sent.length).toBe(1);
    await server.drain();
    expect(await end()).toEqual(['ErrorSubscriptionNotFound']);
  });

  it.each([
    ['a redirection', () => new Response(null, { status: 302, headers: { location: 'http://127.0.0.1/' } })],
    ['an error', () => new Response('no', { status: 500 })],
    ['something else', () => new Response('words')],
    ['a document type', () => new Response(`<!DOCTYPE x>${result('OK')}`)],
    ['too much', () => new Response(`${result('OK')}${' '.repeat(100_000)}`)],
  ])('does not follow %s, and waits for another attempt', async (_, answer) => {
    const { sent } = hook(answer);
    const { id, end, address } = await subscribed();
    const logged = () =>
      server.logs().some((one) => one.event === 'ews.push-failed' && id !== '' && one['failures'] === 1);
    await expect.poll(() => sent.length).toBe(1);
    await expect.poll(logged).toBe(true);
    await deliver(address);
    await server.drain();
    expect(sent.length).toBe(1);
    // It is there, and cannot be ended like this.
    expect(await end()).toEqual(['ErrorInvalidSubscription']);
  });

  it('ends with its user', async () => {
    const { sent } = hook(says('OK'));
    const { address } = await subscribed();
    await expect.poll(() => sent.length).toBe(1);
    await deliver(address);
    await expect.poll(() => sent.length).toBe(2);
    await server.admin('PUT', `/users/${address}/status`, { status: 'disabled' });
    const { tenantId, userId } = await server.admin<{ tenantId: string; userId: string }>(
      'GET',
      `/users/${address}`,
    );
    const { HUB } = await server.bindings<{
      HUB: { getByName(name: string): { publish(changes: object[]): Promise<string[]> } };
    }>();
    await HUB.getByName(`${tenantId}/${userId}`).publish([{ folderId: 'x', modseq: 9, originDevice: null }]);
    await server.drain();
    expect(sent.length).toBe(2);
  });
});
