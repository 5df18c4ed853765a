/** Who watches a mailbox may go on only as long as they could begin again (I21). */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { openStream } from '../clients/ews/stream.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';

const PASSWORD = 'a-password-1';
const HOOK = 'https://hook.example.org/notify';
/** Of at most so long a stream may go on, told or not. */
const SOON_MS = 3_000;

let server: InProcess;
let users = 0;
beforeAll(async () => {
  server = await startInProcess({ vars: { PING_HOLD_MAX_S: '20', RELAY_ALLOW_PRIVATE: '1' } });
}, 60_000);
afterAll(() => server?.stop());
afterEach(() => vi.unstubAllGlobals());

async function newUser(): Promise<{ address: string; client: EwsClient }> {
  const address = `user${++users}@watchers.example`;
  await server.addUser(address, PASSWORD);
  return { address, client: ewsClient(server, address, PASSWORD) };
}

const named = (name: string, of = '') =>
  `<t:DistinguishedFolderId Id="${name}">${of === '' ? '' : `<t:Mailbox><t:EmailAddress>${of}</t:EmailAddress></t:Mailbox>`}</t:DistinguishedFolderId>`;

async function subscribe(client: EwsClient, kind: string, folder: string, rest = ''): Promise<string> {
  const { messages } = await client.ok(
    `<m:Subscribe><m:${kind}SubscriptionRequest><t:FolderIds>${folder}</t:FolderIds><t:EventTypes>` +
      `<t:EventType>NewMailEvent</t:EventType></t:EventTypes>${rest}</m:${kind}SubscriptionRequest></m:Subscribe>`,
  );
  return textOf(messages[0] ?? null, 'SubscriptionId') ?? '';
}

const setPassword = (address: string, password: string) =>
  server.admin('PUT', `/users/${address}/password`, { password });

/** Lets somebody read a folder of a mailbox, or nobody. */
const share = (owner: EwsClient, address: string | null) =>
  owner.ok(
    `<m:UpdateFolder><m:FolderChanges><t:FolderChange>${named('inbox')}<t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:PermissionSet"/>` +
      `<t:Folder><t:PermissionSet><t:Permissions>${address === null ? '' : `<t:Permission><t:UserId><t:PrimarySmtpAddress>${address}</t:PrimarySmtpAddress></t:UserId><t:PermissionLevel>Reviewer</t:PermissionLevel></t:Permission>`}</t:Permissions></t:PermissionSet></t:Folder>` +
      '</t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>',
  );

describe('a stream', () => {
  it('ends when the password of its user is changed', async () => {
    const { address, client } = await newUser();
    const stream = await openStream(server, address, PASSWORD, [
      await subscribe(client, 'Streaming', named('inbox')),
    ]);
    expect((await stream.next())?.status).toBe('OK');
    await setPassword(address, 'a-password-2');
    expect((await stream.next(SOON_MS))?.status).toBe('Closed');
  }, 20_000);

  it('goes on when another password of its user is made', async () => {
    const { address, client } = await newUser();
    const id = await subscribe(client, 'Streaming', named('inbox'));
    const stream = await openStream(server, address, PASSWORD, [id]);
    expect((await stream.next())?.status).toBe('OK');
    await server.admin('POST', `/users/${address}/app-passwords`, { label: 'phone' });
    await server.email('sender@sender.example', address, buildMail({}));
    expect(await stream.nextEvents()).toHaveLength(1);
    await stream.close();
  }, 20_000);

  it('does not begin by a password that is remembered, but is the user’s no more', async () => {
    const { address, client } = await newUser();
    const id = await subscribe(client, 'Streaming', named('inbox'));
    const { userId } = await server.admin<{ userId: string }>('GET', `/users/${address}`);
    const { DIRECTORY } = await server.bindings<{
      DIRECTORY: { prepare(sql: string): { bind(id: string): { run(): Promise<unknown> } } };
    }>();
    // As another isolate would change it, of which this one hears nothing.
    await DIRECTORY.prepare('DELETE FROM credentials WHERE user_id = ?').bind(userId).run();
    const stream = await openStream(server, address, PASSWORD, [id]);
    expect((await stream.next(SOON_MS))?.status).toBe('Closed');
  }, 20_000);

  it('into another’s mailbox ends with the right to it', async () => {
    const [ann, bob] = [await newUser(), await newUser()];
    await share(ann.client, bob.address);
    const id = await subscribe(bob.client, 'Streaming', named('inbox', ann.address));
    const stream = await openStream(server, bob.address, PASSWORD, [id]);
    expect((await stream.next())?.status).toBe('OK');
    await server.email('sender@sender.example', ann.address, buildMail({}));
    expect(await stream.nextEvents()).toHaveLength(1);
    await share(ann.client, null);
    expect((await stream.next(SOON_MS))?.status).toBe('Closed');
  }, 20_000);

  it('goes on with what may still be watched', async () => {
    const [ann, bob] = [await newUser(), await newUser()];
    await share(ann.client, bob.address);
    const theirs = await subscribe(bob.client, 'Streaming', named('inbox', ann.address));
    const own = await subscribe(bob.client, 'Streaming', named('inbox'));
    const stream = await openStream(server, bob.address, PASSWORD, [theirs, own]);
    expect((await stream.next())?.status).toBe('OK');
    await share(ann.client, null);
    // The beat that comes after the look is for one of the two.
    expect((await stream.next(SOON_MS))?.statusEvents).toBe(1);
    await server.email('sender@sender.example', bob.address, buildMail({}));
    expect((await stream.nextEvents()).map((one) => one.subscriptionId)).toEqual([own]);
    await stream.close();
  }, 20_000);
});

describe('a push subscription', () => {
  const OK =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendNotificationResult>' +
    '<SubscriptionStatus>OK</SubscriptionStatus></SendNotificationResult></s:Body></s:Envelope>';
  function hook(): { sent: number } {
    const counted = { sent: 0 };
    vi.stubGlobal('fetch', async () => {
      counted.sent++;
      return new Response(OK, { headers: { 'content-type': 'text/xml' } });
    });
    return counted;
  }
  const push = (client: EwsClient, folder: string) =>
    subscribe(client, 'Push', folder, `<t:StatusFrequency>30</t:StatusFrequency><t:URL>${HOOK}</t:URL>`);

  it('ends when the password is changed by which it was made', async () => {
    const counted = hook();
    const { address, client } = await newUser();
    await push(client, named('inbox'));
    await expect.poll(() => counted.sent).toBe(1);
    await setPassword(address, 'a-password-2');
    await server.email('sender@sender.example', address, buildMail({}));
    await server.drain();
    expect(counted.sent).toBe(1);
  });

  it('to another’s mailbox ends with the right to it', async () => {
    const counted = hook();
    const [ann, bob] = [await newUser(), await newUser()];
    await share(ann.client, bob.address);
    const id = await push(bob.client, named('inbox', ann.address));
    await expect.poll(() => counted.sent).toBe(1);
    await share(ann.client, null);
    await server.email('sender@sender.example', ann.address, buildMail({}));
    await server.drain();
    const ended = () =>
      bob.client.call(`<m:Unsubscribe><m:SubscriptionId>${id}</m:SubscriptionId></m:Unsubscribe>`);
    await expect.poll(async () => (await ended()).codes).toEqual(['ErrorSubscriptionNotFound']);
    expect(counted.sent).toBe(1);
  });
});
