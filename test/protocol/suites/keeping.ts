import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { el, textOf } from '../../../codecs/wbxml/index.ts';
import type {
  AuditView,
  DeadLetterView,
  DeletedView,
  HoldView,
  Page,
  UserQuotaView,
} from '../../../shared/admin-api.ts';
import type { WaypostOptions } from '../../support/harness.ts';
import { type InProcess, startInProcess } from '../../support/in-process/index.ts';
import { Phone } from '../phone.ts';
import { sendingKit } from '../sending-kit.ts';

const DAY = 24 * 60 * 60 * 1000;
const START = Date.UTC(2026, 10, 21, 9);
const OUTSIDE = 'eve@elsewhere.test';

/** What is needed of the bucket. */
interface Bucket {
  list(options: { prefix: string }): Promise<{ objects: { key: string }[] }>;
  get(key: string): Promise<{ text(): Promise<string> } | null>;
}

/** The bucket, which takes nothing for a journal when `fails` says so. */
function withoutJournal(bucket: object, fails: () => boolean): object {
  return new Proxy(bucket, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        if (property === 'put' && String(given[0]).startsWith('journal/') && fails()) {
          throw new Error('R2 is down');
        }
        return value.apply(target, given);
      };
    },
  });
}

/** What a tenant keeps, lets go and writes down, as its users see it. The clock is set by hand. */
export function keepingSuite(store: NonNullable<WaypostOptions['store']>): void {
  let server: InProcess;
  let now = START;
  let people = 0;
  let journalFaults = 0;

  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now });
    server = await startInProcess({
      store,
      wrap: (env) => ({ ...env, BLOBS: withoutJournal(env['BLOBS'] as object, journalFails) }),
    });
  });
  afterAll(async () => {
    await server?.stop();
    vi.useRealTimers();
  });

  const kit = sendingKit(() => server);

  /** A person of a tenant of their own. */
  async function person() {
    const domain = `keep${++people}.test`;
    const user = await server.addUser(`ann@${domain}`, 'a-password');
    const phone = new Phone(server, user.address, 'a-password');
    await phone.start();
    const tenant = (path: string) => `/tenants/${user.tenantId}/${path}`;
    return { user, phone, tenant, domain };
  }

  const mail = (to: string, subject: string, more = '') =>
    `From: ${OUTSIDE}\r\nTo: ${to}\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@elsewhere.test>\r\n${more}\r\nWords.\r\n`;

  async function receive(to: string, subject: string, more = '') {
    const outcome = await server.email(OUTSIDE, to, mail(to, subject, more));
    await server.drain();
    return outcome;
  }

  function pass(ms: number) {
    now += ms;
    vi.setSystemTime(now);
  }

  function journalFails(): boolean {
    if (journalFaults === 0) return false;
    journalFaults--;
    return true;
  }

  /** Days go by, with the crons of each. */
  async function days(count: number) {
    for (let n = 0; n < count; n++) {
      pass(DAY);
      await server.scheduled();
      await server.drain();
    }
  }

  const subjectsIn = async (phone: Phone, type: string) =>
    (await kit.list(phone, type)).map((i) => textOf(i.data, 'Email:Subject')).sort();
  const folder = (phone: Phone, type: string) => phone.folders.find((f) => f.type === type)?.id ?? '';
  const audit = async (action: string) =>
    (await server.admin<Page<AuditView>>('GET', `/audit?action=${action}&limit=50`)).items;

  /** Moves all that is in the Inbox to Deleted Items. */
  async function throwAway({ server: where, address }: Phone) {
    const phone = await new Phone(where, address, 'a-password').start();
    const { adds } = await phone.sync();
    const commands = adds.map(({ serverId }) => el('AirSync:Delete', el('AirSync:ServerId', serverId)));
    await phone.sync({ commands });
    await server.drain();
  }

  /** A phone's own view of Deleted Items, kept up from Sync to Sync. */
  async function watchBin({ server: where, address }: Phone) {
    const watcher = new Phone(where, address, 'a-password');
    await watcher.folderSync();
    const collectionId = folder(watcher, '4');
    await watcher.sync({ collectionId });
    return () => watcher.sync({ collectionId });
  }

  describe(`keeping and letting go (${store})`, () => {
    test('Deleted Items of the age vanish from the phone with the next Sync, and come back when asked for', async () => {
      const { user, phone, tenant } = await person();
      await server.admin('PUT', tenant('retention'), { deletedDays: 5, recoverableDays: 10 });
      await days(1);
      await receive(user.address, 'first');
      await throwAway(phone);
      const look = await watchBin(phone);
      const [thrown] = (await look()).adds;
      await days(5);
      expect((await look()).deletes).toEqual([]);
      await days(1);
      expect((await look()).deletes).toEqual([thrown?.serverId]);
      expect(await subjectsIn(phone, '4')).toEqual([]);

      const path = `/users/${user.address}/deleted`;
      const { items } = await server.admin<Page<DeletedView>>('GET', path);
      expect(items).toMatchObject([{ subject: 'first', from: OUTSIDE, removedAt: now }]);
      const restored = await server.admin('POST', `${path}/${items[0]?.itemId}/restore`);
      // Where it was before it was thrown away.
      expect(restored).toMatchObject({ outcome: 'restored', folder: 'Inbox' });
      await server.drain();
      const { adds } = await phone.sync();
      expect(adds.map((i) => [i.serverId, textOf(i.data, 'Email:Subject')])).toEqual([
        [thrown?.serverId, 'first'],
      ]);
      expect((await server.admin<Page<DeletedView>>('GET', path)).items).toEqual([]);
      expect(await audit('retention.run')).toMatchObject([
        { resource: `user/${user.userId}`, details: { removed: 1, archived: 0, purged: 0 } },
      ]);

      // Thrown away again and left alone it is gone for good, and the reconciler brings nothing back.
      await throwAway(phone);
      await days(18);
      await server.scheduled('manual');
      await server.drain();
      expect((await server.admin<Page<DeletedView>>('GET', path)).items).toEqual([]);
      expect(await subjectsIn(phone, '2')).toEqual([]);
      expect(await server.admin('GET', `/users/${user.address}/stats`)).toMatchObject({ messages: 0 });
      const { BLOBS } = await server.bindings<{ BLOBS: Bucket }>();
      expect((await BLOBS.list({ prefix: `blobs/${user.tenantId}/` })).objects).toEqual([]);
    });

    test('a held mailbox keeps them, its user sees nothing of that, and a release ends it', async () => {
      const { user, phone, tenant } = await person();
      await server.admin('PUT', tenant('retention'), { deletedDays: 2, recoverableDays: 2 });
      const hold = await server.admin<HoldView>('POST', tenant('holds'), {
        ...{ address: user.address, reason: 'case 17', by: 'legal' },
      });
      await receive(user.address, 'thrown');
      await throwAway(phone);
      await receive(user.address, 'wiped');
      await throwAway(phone);
      // Deleted for good by its user.
      const bin = new Phone(server, user.address, 'a-password');
      await bin.folderSync();
      const collectionId = folder(bin, '4');
      await bin.sync({ collectionId });
      const { adds } = await bin.sync({ collectionId });
      const wiped = adds.find((i) => textOf(i.data, 'Email:Subject') === 'wiped')?.serverId ?? '';
      await bin.sync({
        collectionId,
        commands: [el('AirSync:Delete', el('AirSync:ServerId', wiped))],
      });
      await days(20);
      expect(await subjectsIn(phone, '4')).toEqual(['thrown']);
      const path = `/users/${user.address}/deleted`;
      expect((await server.admin<Page<DeletedView>>('GET', path)).items.map((m) => m.subject)).toEqual([
        'wiped',
      ]);
      await expect(server.admin('POST', `${path}/erase`)).rejects.toThrow('409');
      await server.admin('POST', tenant(`holds/${hold.holdId}/release`), { by: 'legal' });
      await days(1);
      expect(await subjectsIn(phone, '4')).toEqual([]);
      expect((await server.admin<Page<DeletedView>>('GET', path)).items.map((m) => m.subject)).toEqual([
        'thrown',
      ]);
      expect(await server.admin('POST', `${path}/erase`)).toEqual({ purged: 1, more: false });
      expect((await audit('hold.release'))[0]).toMatchObject({
        details: { by: 'legal', holdId: hold.holdId },
      });
    });
  });

  describe(`limits of size (${store})`, () => {
    test('over the marks the user is told once a day, sends nothing, and at last gets nothing (I3)', async () => {
      const { user, phone, tenant } = await person();
      const quota = (marks: object) => server.admin('PUT', tenant('quota'), { user: marks });
      const send = (subject: string) =>
        kit.post(phone, 'SendMail', kit.request('SendMail', kit.plain(phone, user.address, subject)));
      await receive(user.address, 'first', `X-Filler: ${'x'.repeat(900)}\r\n`);
      await quota({ warn: 1000, stopSending: 5000, stopReceiving: 9000 });
      pass(2 * 60_000);
      await receive(user.address, 'second');
      await receive(user.address, 'third');
      const warning = 'Your mailbox is almost full';
      expect(await subjectsIn(phone, '2')).toEqual([warning, 'first', 'second', 'third']);
      expect(await send('sent')).toBe('sent');
      await server.drain();
      await days(1);
      expect((await subjectsIn(phone, '2')).filter((s) => s === warning)).toHaveLength(2);

      const { sizeBytes } = await server.admin<UserQuotaView>('GET', `/users/${user.address}/limits`);
      await quota({ warn: 10, stopSending: sizeBytes - 1, stopReceiving: sizeBytes + 100 });
      // MS-ASCMD 2.2.4: MailboxQuotaExceeded.
      expect(await send('too much')).toBe('113');
      pass(6000);
      const refused = await receive(user.address, 'too late', `X-Filler: ${'x'.repeat(200)}\r\n`);
      expect(refused).toMatchObject({ outcome: 'ok', rejectReason: expect.stringMatching(/^552 5\.2\.2 /) });
      expect((await audit('mail.refuse'))[0]).toMatchObject({ details: { reason: 'over-quota' } });
      // A user's own marks come before the tenant's.
      await server.admin('PUT', `/users/${user.address}/limits`, {
        stopSending: null,
        stopReceiving: 1_000_000,
      });
      expect(await send('again')).toBe('sent');
      await server.drain();
      expect((await receive(user.address, 'late')).rejectReason).toBeUndefined();
      expect(await server.admin('POST', `/users/${user.address}/recount`)).toMatchObject({ mended: false });
    });

    test('a tenant over its total gets nothing until a count says otherwise', async () => {
      const { user, tenant } = await person();
      await receive(user.address, 'one');
      await server.admin('PUT', tenant('quota'), { totalBytes: 200 });
      expect(await server.admin('POST', tenant('usage'))).toMatchObject({
        ...{ done: true, usage: { messages: 1, mailboxes: 1 } },
      });
      pass(6000);
      expect((await receive(user.address, 'two')).rejectReason).toMatch(/^552 5\.2\.2 /);
      await server.admin('PUT', tenant('quota'), { totalBytes: null });
      expect((await receive(user.address, 'three')).rejectReason).toBeUndefined();
    });
  });

  describe(`journaling (${store})`, () => {
    async function objects(prefix: string) {
      const { BLOBS } = await server.bindings<{ BLOBS: Bucket }>();
      const { objects: list } = await BLOBS.list({ prefix });
      const read = async (key: string) => (await (await BLOBS.get(key))?.text()) ?? '';
      return Promise.all(list.map(async ({ key }) => ({ key, text: await read(key) })));
    }

    test('writes down what comes in and what is sent, with its blind copies, once each', async () => {
      const { user, phone, tenant, domain } = await person();
      const bob = await server.addUser(`bob@${domain}`, 'a-password');
      const vault = await server.addUser(`vault@vault-${domain}`, 'a-password');
      // Two tenants that report to each other: no report is reported.
      const vaultTenant = `/tenants/${vault.tenantId}/journaling`;
      await server.admin('PUT', vaultTenant, { to: user.address });
      await server.admin('PUT', tenant('journaling'), { to: vault.address, r2: { lockDays: 30 } });

      await receive(user.address, 'incoming');
      const mime = kit.plain(phone, bob.address, 'outgoing', 'Words.', `Bcc: blind@${domain}\n`);
      await server.addUser(`blind@${domain}`, 'a-password');
      expect(await kit.post(phone, 'SendMail', kit.request('SendMail', mime))).toBe('sent');
      await server.drain();
      await server.scheduled('manual');
      await server.drain();

      const kept = await objects(`journal/${user.tenantId}/`);
      const facts = kept.filter((o) => o.key.endsWith('.json')).map((o) => JSON.parse(o.text));
      expect(facts).toHaveLength(2);
      expect(facts.find((f) => f.direction === 'in')).toMatchObject({
        ...{ sender: OUTSIDE, subject: 'incoming' },
        recipients: [{ address: user.address, by: 'to' }],
      });
      const out = facts.find((f) => f.direction === 'out');
      expect(out).toMatchObject({ sender: user.address, subject: 'outgoing' });
      expect(out?.recipients).toEqual([
        { address: bob.address, by: 'to' },
        { address: `blind@${domain}`, by: 'bcc' },
      ]);
      const message = kept.find((o) => o.key.endsWith(`${out?.id}.eml`))?.text ?? '';
      expect(message).toMatch(/^Subject: outgoing\r$/m);
      expect(message).not.toMatch(/^Bcc:/im);
      const raw = kept.find((o) => o.key.endsWith('.eml') && o.text.includes('Subject: incoming'));
      expect(raw?.text).toBe(mail(user.address, 'incoming'));

      const reader = await new Phone(server, vault.address, 'a-password').start();
      expect(await subjectsIn(reader, '2')).toEqual(['incoming', 'outgoing']);
      const report = await kit.rawOf(reader, '2');
      expect(report).toMatch(/^From: Mail Journal <postmaster@/m);
      expect(report).toMatch(/Content-Type: message\/rfc822/);
      // Neither the users nor the vault's own journal hear of it.
      expect(await subjectsIn(phone, '2')).toEqual(['incoming']);
    });

    test('that cannot be kept now keeps no mail from anybody, and is made up for (I12)', async () => {
      const { user, phone, tenant, domain } = await person();
      const bob = await server.addUser(`bob@${domain}`, 'a-password');
      await server.admin('PUT', tenant('journaling'), { r2: {} });
      journalFaults = Number.POSITIVE_INFINITY;
      await receive(user.address, 'incoming');
      expect(await subjectsIn(phone, '2')).toEqual(['incoming']);
      expect(await objects(`journal/${user.tenantId}/`)).toEqual([]);
      journalFaults = 0;
      const { items } = await server.admin<Page<DeadLetterView>>('GET', '/dead-letters?queue=arrived');
      expect(items).toHaveLength(1);
      await server.admin('POST', `/dead-letters/${items[0]?.deadLetterId}/replay`);
      await server.drain();

      journalFaults = 1;
      const mime = kit.plain(phone, bob.address, 'outgoing');
      expect(await kit.post(phone, 'SendMail', kit.request('SendMail', mime, kit.save))).toBe('sent');
      expect(journalFaults).toBe(0);
      // The doubles of queues wait for nothing: the message would come again and again before it is due.
      pass(2 * 60_000);
      const reader = await new Phone(server, bob.address, 'a-password').start();
      expect(await subjectsIn(reader, '2')).toEqual(['outgoing']);
      await server.drain();
      const kept = (await objects(`journal/${user.tenantId}/`)).filter((o) => o.key.endsWith('.json'));
      expect(kept.map((o) => JSON.parse(o.text).subject).sort()).toEqual(['incoming', 'outgoing']);
      expect(await subjectsIn(phone, '5')).toEqual(['outgoing']);
      expect(await subjectsIn(reader, '2')).toEqual(['outgoing']);
    });

    test('a report that nobody takes is kept, and told of once', async () => {
      const { user, tenant, domain } = await person();
      await server.admin('PUT', tenant('journaling'), { to: `nobody@${domain}` });
      await receive(user.address, 'kept');
      const undelivered = await objects(`journal/undelivered/${user.tenantId}/`);
      expect(undelivered.map((o) => o.key.slice(-5))).toEqual([expect.stringMatching(/\.eml$/), '.json']);
      expect(undelivered[0]?.text).toContain('Subject: kept');
      const told = (await audit('journal.undelivered')).filter((e) => e.tenantId === user.tenantId);
      expect(told).toHaveLength(1);
      expect(server.logs().some((l) => l.event === 'journal.undelivered' && l.level === 'error')).toBe(true);
      await server.admin('DELETE', tenant('journaling'));
      expect(await server.admin('GET', tenant('journaling'))).toMatchObject({ to: null, r2: null });
    });
  });
}
