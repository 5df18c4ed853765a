import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from '../../codecs/soap/read.ts';
import { el } from '../../codecs/wbxml/index.ts';
import type { AppPasswordView } from '../../shared/admin-api.ts';
import { ewsClient } from '../clients/ews/index.ts';
import { openStream } from '../clients/ews/stream.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { Phone } from './phone.ts';

type Directory = { prepare(sql: string): { bind(...values: unknown[]): { run(): Promise<unknown> } } };

/** A37, I21: who is signed in and should not be any more is out within a minute. */
describe('what was revoked', () => {
  let server: InProcess;
  let ahead = 0;
  let users = 0;
  const { now } = Date;

  beforeAll(async () => {
    Date.now = () => now() + ahead;
    server = await startInProcess();
  });
  afterAll(async () => {
    await server.stop();
    Date.now = now;
  });

  async function user() {
    const address = `bob${++users}@revoke.example`;
    await server.addUser(address, 'password-1');
    const app = await server.admin<AppPasswordView>('POST', `/users/${address}/app-passwords`, {});
    return { address, app };
  }
  const ews = async (address: string, password: string) => {
    const authorization = `Basic ${Buffer.from(`${address}:${password}`).toString('base64')}`;
    return (await server.fetch('/EWS/Exchange.asmx', { headers: { authorization } })).status;
  };

  /** A Ping and a Sync that wait, both by the app password; each says its status when it ends. */
  async function holding(address: string, password: string) {
    const phone = await new Phone(server, address, password).start();
    const other = await new Phone(server, address, password).start();
    const folders = el(
      'Ping:Folders',
      el('Ping:Folder', el('Ping:Id', phone.inbox), el('Ping:Class', 'Email')),
    );
    const ping = phone.post('Ping', el('Ping:Ping', el('Ping:HeartbeatInterval', 60), folders));
    const collection = el(
      'AirSync:Collection',
      el('AirSync:SyncKey', other.key),
      el('AirSync:CollectionId', other.inbox),
      el('AirSync:GetChanges', 1),
    );
    const sync = other.post(
      'Sync',
      el('AirSync:Sync', el('AirSync:Collections', collection), el('AirSync:Wait', 1)),
    );
    // Long enough for both to wait; a test that is too early sees them end anyway, at the next look.
    await new Promise((resolve) => setTimeout(resolve, 300));
    return async () => [(await ping).status, (await sync).status];
  }

  it.each<[string, (address: string, id: string) => [string, string, object?]]>([
    ['the app password', (address, id) => ['DELETE', `/users/${address}/app-passwords/${id}`]],
    ['passwords at all', (address) => ['PUT', `/users/${address}/sign-in`, { basic: 'app-passwords' }]],
    [
      'all app passwords, with a new password',
      (address) => [
        'PUT',
        `/users/${address}/password`,
        { password: 'password-2', revokeAppPasswords: true },
      ],
    ],
  ])('ends held requests of ActiveSync at once: %s', async (what, change) => {
    const { address, app } = await user();
    const ends = await holding(address, what === 'passwords at all' ? 'password-1' : app.appPassword);
    const began = now();
    await server.admin(...change(address, app.credentialId));
    expect(await ends()).toEqual([401, 401]);
    expect(now() - began).toBeLessThan(20_000);
  });

  it.each<[string, (address: string) => [string, string, object?]]>([
    ['deleted', (address) => ['DELETE', `/users/${address}`]],
    ['erased', (address) => ['POST', `/users/${address}/erase`, { confirm: address }]],
  ])('ends held requests of a user who is %s at once, with the reason, and lets nobody in again', async (_, change) => {
    const { address, app } = await user();
    const ends = await holding(address, app.appPassword);
    const began = now();
    await server.admin(...change(address));
    await ends();
    expect(now() - began).toBeLessThan(20_000);
    expect([await ews(address, app.appPassword), await ews(address, 'password-1')]).toEqual([401, 401]);
  });

  it.each<[string, (address: string, id: string) => [string, string, object?]]>([
    ['the app password', (address, id) => ['DELETE', `/users/${address}/app-passwords/${id}`]],
    ['the user', (address) => ['PUT', `/users/${address}/status`, { status: 'disabled' }]],
    ['that passwords do', (address) => ['PUT', `/users/${address}/sign-in`, { basic: 'app-passwords' }]],
  ])('ends streams of EWS: %s', async (what, change) => {
    const { address, app } = await user();
    const password = what === 'that passwords do' ? 'password-1' : app.appPassword;
    const { messages } = await ewsClient(server, address, password).ok(
      '<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="inbox"/></t:FolderIds>' +
        '<t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>',
    );
    const id = textOf(messages[0] ?? null, 'SubscriptionId') ?? '';
    const stream = await openStream(server, address, password, [id]);
    expect((await stream.next())?.status).toBe('OK');
    await server.admin(...change(address, app.credentialId));
    expect((await stream.next(5_000))?.status).toBe('Closed');
  });

  it('leaves those be who signed in with something else', async () => {
    const { address, app } = await user();
    const other = await server.admin<AppPasswordView>('POST', `/users/${address}/app-passwords`, {});
    const phone = await new Phone(server, address, other.appPassword).start();
    const ping = phone.ping(60);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.admin('DELETE', `/users/${address}/app-passwords/${app.credentialId}`);
    await server.admin('PUT', `/users/${address}/password`, { password: 'password-2' });
    await server.email('a@far.example', address, 'Message-ID: <1@far.example>\r\nSubject: x\r\n\r\nx\r\n');
    expect((await ping).status).toBe('2');
  });

  it('by another isolate, or past the admin API, is seen within half a minute', async () => {
    const { address, app } = await user();
    const phone = await new Phone(server, address, app.appPassword).start();
    expect(await ews(address, app.appPassword)).toBe(200);
    const { DIRECTORY } = await server.bindings<{ DIRECTORY: Directory }>();
    await DIRECTORY.prepare('delete from credentials where credential_id = ?').bind(app.credentialId).run();
    expect(await ews(address, app.appPassword)).toBe(200);
    ahead += 30_000;
    expect(await ews(address, app.appPassword)).toBe(401);
    expect((await phone.post('FolderSync', null)).status).toBe(401);

    const second = await user();
    expect(await ews(second.address, 'password-1')).toBe(200);
    const sql = "update users set status = 'disabled' where address = ?";
    await DIRECTORY.prepare(sql).bind(second.address).run();
    ahead += 30_000;
    expect(await ews(second.address, 'password-1')).toBe(401);
  });

  it('between a sign-in and the wait that follows it does not live as long as the wait', async () => {
    const { address, app } = await user();
    const phone = await new Phone(server, address, app.appPassword).start();
    const ping = phone.post(
      'Ping',
      el(
        'Ping:Ping',
        el('Ping:HeartbeatInterval', 120),
        el('Ping:Folders', el('Ping:Folder', el('Ping:Id', phone.inbox), el('Ping:Class', 'Email'))),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { DIRECTORY } = await server.bindings<{ DIRECTORY: Directory }>();
    await DIRECTORY.prepare('delete from credentials where credential_id = ?').bind(app.credentialId).run();
    expect((await ping).status).toBe(401);
  });
});
