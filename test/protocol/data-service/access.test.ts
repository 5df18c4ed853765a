import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError, type DataMethods, type OperationName } from '../../../data-client/index.ts';
import { dataClient, failure, OTHER_TOKEN, scopeOf, TOKEN, textOf } from '../../support/data-client.ts';
import { type WalkedIds, walk } from '../../support/data-walk.ts';
import { type InProcess, startInProcess } from '../../support/in-process/index.ts';
import { Phone } from '../phone.ts';

interface Scope {
  tenant: string;
  user: string;
}
interface Database {
  prepare(sql: string): Statement;
}
interface Statement {
  bind(...values: unknown[]): Statement;
  run(): Promise<unknown>;
}
type Input = Record<string, unknown>;

const RAW = new TextEncoder().encode('From: a@b.example\r\nTo: c@d.example\r\n\r\nx\r\n');
const EVENT = { '@type': 'Event', start: '2027-01-01T10:00:00' };

/** What each operation is asked that is about a thing of a mailbox; `null`: nothing of it is one. */
function asked(ids: Omit<WalkedIds, 'attachment'> & { no: number; folder: string; device: string }) {
  const taken = { submission: ids.submission, lease: ids.lease };
  const patch = { title: 'Mine' };
  const table: Record<OperationName, Input | null> = {
    ...{ login: null, getUser: null, lookupUser: null, listFolders: null, dequeue: null, enqueue: null },
    ...{ listEmails: { folder: ids.folder }, listEmailChanges: { folder: ids.folder } },
    ...{ getEmail: { id: ids.email }, getEmailRaw: { id: ids.email }, listAttachments: { id: ids.email } },
    getAttachment: { id: ids.email, no: ids.no },
    createEmail: { mode: 'draft', folder: ids.folder },
    importEmail: { raw: RAW, folder: ids.folder },
    ...{ submitDraft: { id: ids.draft }, patchEmail: { id: ids.email, isRead: false } },
    patchEmails: null,
    ...{ deleteEmail: { id: ids.email }, listEvents: { folder: ids.folder }, getEvent: { id: ids.event } },
    createEvent: { folder: ids.folder, document: EVENT },
    ...{ changeEvent: { id: ids.event, patch }, deleteEvent: { id: ids.event } },
    ...{ listContacts: { folder: ids.folder }, getContact: { id: ids.contact } },
    createContact: { folder: ids.folder, document: { '@type': 'Card' } },
    ...{ changeContact: { id: ids.contact, patch: {} }, deleteContact: { id: ids.contact } },
    ...{ getQueueContent: taken, extendLease: taken },
    ack: { ...taken, results: [{ address: 'x@away.example', outcome: 'sent' }] },
    ...{ listDeviceStates: { device: ids.device }, resetDevice: { device: ids.device } },
  };
  return Object.entries(table).flatMap(([name, input]) =>
    input === null ? [] : [{ name: name as OperationName, input }],
  );
}

describe('who may use the data service, and for whom', () => {
  let server: InProcess;
  let client: DataMethods;
  let scoped: DataMethods;
  let ann: Scope;
  let bob: Scope;
  let eve: Scope;
  let ids: WalkedIds;
  let device: string;

  const call = (by: DataMethods, name: OperationName, input: Input): Promise<unknown> =>
    (by[name] as (input: Input) => Promise<unknown>)(input);
  async function said(by: DataMethods, name: OperationName, input: Input): Promise<string> {
    try {
      await call(by, name, input);
    } catch (error) {
      if (error instanceof DataError) return `${error.code} ${error.status} ${error.message}`;
      throw error;
    }
    return 'done';
  }

  beforeAll(async () => {
    const tokens = `portal:${TOKEN},eve@evetenant:${OTHER_TOKEN}`;
    server = await startInProcess({ vars: { INTERNAL_TOKENS: tokens } });
    const { DIRECTORY } = await server.bindings<{ DIRECTORY: Database }>();
    await DIRECTORY.prepare(
      "INSERT INTO tenants (tenant_id, name, status, mail_shard) VALUES ('evetenant', 'Eve', 'active', 'MAIL_2')",
    ).run();
    await server.admin('POST', '/domains', { domain: 'eve.example', tenantId: 'evetenant' });
    ann = scopeOf(await server.addUser('ann@walk.example', 'secret-ann-1'));
    bob = scopeOf(await server.addUser('bob@walk.example', 'secret-bob-1'));
    eve = scopeOf(await server.addUser('eve@eve.example', 'secret-eve-1'));
    for (const tenant of [ann.tenant, eve.tenant]) {
      await server.admin('PUT', `/tenants/${tenant}/carrier`, { kind: 'external' });
    }
    client = dataClient(server).client;
    scoped = dataClient(server, OTHER_TOKEN).client;
    const phone = await new Phone(server, 'ann@walk.example', 'secret-ann-1').start();
    device = phone.deviceId;
    ({ ids } = await walk({
      ...{ client, ann, address: 'ann@walk.example', password: 'secret-ann-1', device, text: textOf },
      settle: () => server.drain(),
    }));
    const { MAIL_1, MAIL_2 } = await server.bindings<Record<'MAIL_1' | 'MAIL_2', Database>>();
    for (const db of [MAIL_1, MAIL_2]) {
      await db
        .prepare("UPDATE folders SET folder_id = 'of-ann' WHERE folder_id = 'archive' AND mailbox_id = ?")
        .bind(ann.user)
        .run();
    }
  });
  afterAll(() => server.stop());

  /** Everything of Ann, asked for by the ids of a mailbox. */
  const things = () => asked({ ...ids, no: ids.attachment, folder: 'of-ann', device });
  const unknown = () => {
    const none = {
      email: 'none',
      draft: 'none',
      event: 'none',
      contact: 'none',
      submission: 'none',
      lease: 'none',
    };
    return new Map(
      asked({ ...none, no: 1, folder: 'none', device: 'NONE' }).map((one) => [one.name, one.input]),
    );
  };

  it('ids of another user, of another tenant and of nobody are the same (I22, A30)', async () => {
    const strangers: [DataMethods, Scope][] = [
      [client, bob],
      [client, eve],
      [client, { tenant: eve.tenant, user: ann.user }],
      [client, { tenant: ann.tenant, user: eve.user }],
      [client, { tenant: 'none', user: 'none' }],
      [scoped, eve],
      [scoped, ann],
      [scoped, { tenant: eve.tenant, user: ann.user }],
    ];
    const nothing = unknown();
    for (const { name, input } of things()) {
      for (const [by, scope] of strangers) {
        const answer = await said(by, name, { ...scope, ...input });
        expect([name, scope, answer]).toEqual([name, scope, 'NOT_FOUND 404 there is no such thing']);
        expect(await said(by, name, { ...scope, ...nothing.get(name) })).toBe(answer);
      }
    }
  });

  it('nothing of them has changed anything, and their owner is answered', async () => {
    expect((await client.getEvent({ ...ann, id: ids.event })).document['title']).toBe('Two');
    expect((await client.getEmail({ ...ann, id: ids.email })).isRead).toBe(true);
    const last = /^(?:submitDraft|delete|resetDevice|ack)/;
    const own = things().filter(({ input }) => input['folder'] === undefined);
    for (const order of [
      own.filter(({ name }) => !last.test(name)),
      own.filter(({ name }) => last.test(name)),
    ]) {
      for (const { name, input } of order)
        expect([name, await said(client, name, { ...ann, ...input })]).toEqual([name, 'done']);
    }
  });

  it('lists and changes of many things hold nothing of others', async () => {
    const { results } = await client.patchEmails({ ...bob, ids: [ids.email, 'none'], delete: 'forever' });
    expect(results.map((one) => one.outcome)).toEqual(['notFound', 'notFound']);
    for (const list of [
      await client.listEmails({ ...bob }),
      await client.listEvents({ ...bob }),
      await client.listContacts({ ...bob }),
    ]) {
      expect(list.items).toEqual([]);
    }
    expect((await client.dequeue({ tenant: eve.tenant })).entries).toEqual([]);
    expect(await failure(scoped.dequeue({ tenant: ann.tenant }))).toEqual(['NOT_FOUND', 404]);
    expect(await failure(scoped.listFolders(ann))).toEqual(['NOT_FOUND', 404]);
    expect(await failure(scoped.enqueue({ ...ann, raw: RAW, key: 'k' }))).toEqual(['NOT_FOUND', 404]);
    expect((await scoped.listFolders(eve)).folders.length).toBeGreaterThan(5);
  });

  it('a token of one tenant knows the users of no other', async () => {
    expect(await failure(scoped.getUser({ tenant: ann.tenant, id: ann.user }))).toEqual(['NOT_FOUND', 404]);
    expect(await failure(client.getUser({ tenant: eve.tenant, id: ann.user }))).toEqual(['NOT_FOUND', 404]);
    const [theirs, nobody] = ['ann@walk.example', 'none@walk.example'];
    for (const address of [theirs, nobody]) {
      expect(await said(scoped, 'lookupUser', { address })).toBe('NOT_FOUND 404 there is no such thing');
      expect(await said(client, 'lookupUser', { address, tenant: eve.tenant })).toMatch(/^NOT_FOUND/);
    }
    const refused = await said(client, 'login', { address: theirs, password: 'wrong' });
    expect(refused).toMatch(/^PERMISSION_DENIED 403/);
    expect(await said(scoped, 'login', { address: theirs, password: 'secret-ann-1' })).toBe(refused);
    expect(await said(client, 'login', { address: nobody, password: 'wrong' })).toBe(refused);
    expect(await said(client, 'login', { address: `${theirs}:x`, password: 'secret-ann-1' })).toBe(refused);
  });

  it('failed attempts are limited, and the right password then waits, too (A33)', async () => {
    const attempt = (password: string) =>
      said(client, 'login', { address: 'bob@walk.example', password, clientAddress: '198.51.100.7' });
    for (let n = 0; n < 10; n++) expect(await attempt(`wrong-${n}`)).toMatch(/^PERMISSION_DENIED/);
    expect(await attempt('secret-bob-1')).toMatch(/^UNAVAILABLE 429/);
  });

  it('of a disabled user or tenant nothing is read', async () => {
    await server.admin('PUT', '/users/eve@eve.example/status', { status: 'disabled' });
    expect(await failure(client.listFolders(eve))).toEqual(['PERMISSION_DENIED', 403]);
    expect((await client.getUser({ tenant: eve.tenant, id: eve.user })).status).toBe('disabled');
    await server.admin('PUT', '/tenants/evetenant/status', { status: 'disabled' });
    expect(await failure(client.dequeue({ tenant: eve.tenant }))).toEqual(['PERMISSION_DENIED', 403]);
  });
});
