/** The way of messages, in and out, as an admin sees it: everything through the whole Worker. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  HeldMessageView,
  Page,
  QuarantineView,
  RebuildView,
  TraceDetailView,
  TraceView,
  UserView,
} from '../../shared/admin-api.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';
import { type SmtpServer, startSmtpServer } from '../support/smtp-server.ts';
import type { Phone } from './phone.ts';
import { sendingKit } from './sending-kit.ts';

const STAMP = 'Authentication-Results: mx.waypost.local; spf=pass smtp.mailfrom=fay@out.example; dkim=none';

let relay: SmtpServer;
let server: InProcess;
let door: Server;
let cli: CommandLine;
let tenantId: string;
let ann: Phone;
let bob: Phone;
const { newPhone, request, plain, post, encode } = sendingKit(() => server);

/** The Worker of this process behind a port of this machine, for the command line. */
async function listen(): Promise<URL> {
  door = createServer(async (asked, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk as Buffer);
    const response = await server.fetch(asked.url ?? '/', {
      method: asked.method ?? 'GET',
      headers: { authorization: asked.headers.authorization ?? '', 'content-type': 'application/json' },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    answer.writeHead(response.status, { 'content-type': response.headers.get('content-type') ?? '' });
    answer.end(Buffer.from(await response.arrayBuffer()));
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(door.address() as AddressInfo).port}/`);
}

beforeAll(async () => {
  relay = await startSmtpServer({
    on: ({ verb, line }) => {
      if (verb !== 'RCPT') return undefined;
      return line.includes('<nobody@')
        ? '550 5.1.1 not here'
        : line.includes('<slow@')
          ? '451 4.7.1 later'
          : undefined;
    },
  });
  server = await startInProcess({
    vars: {
      ...{ RELAY_ALLOW_PRIVATE: '1', RELAY_PORTS: String(relay.port) },
      OUTBOUND_DEFAULT: `smtp://127.0.0.1:${relay.port}`,
    },
  });
  ({ tenantId } = (await server.addUser('first@mail.test', 'a-password')) as UserView);
  ann = await newPhone();
  bob = await newPhone();
  await server.admin('POST', '/domains', { domain: 'side.test', tenantId });
  await server.addUser('sid@side.test');
  cli = await commandLine({ ...server, url: await listen() });
}, 120_000);
afterAll(async () => {
  cli?.end();
  door?.close();
  await server?.stop();
  await relay?.stop();
});

const list = async (query: Record<string, string> = {}, token?: string): Promise<Page<TraceView>> => {
  const path = `/admin/v1/tenants/${tenantId}/trace?${new URLSearchParams(query)}`;
  const headers = { authorization: `Bearer ${token ?? server.adminToken}` };
  const answer = await server.fetch(path, { headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Page<TraceView>;
};
const show = (id: string) => server.admin<TraceDetailView>('GET', `/tenants/${tenantId}/trace/${id}`);
const stepsOf = ({ steps }: TraceDetailView) =>
  steps.map(({ step, verdict, recipient }) =>
    [step, verdict, ...(recipient === null ? [] : [recipient])].join(' '),
  );

async function deliver(to: string, options: Parameters<typeof buildMail>[0] = {}, from = 'fay@out.example') {
  const result = await server.email(from, to, buildMail({ trace: [STAMP], ...options }));
  await server.drain();
  return result;
}

describe('mail that comes in', () => {
  test('is told from email() to the phone, by its verdict and the folder of a rule', async () => {
    const { address } = ann;
    await server.admin('PUT', `/users/${address}/rules`, {
      revision: 0,
      rules: [
        { name: 'news', conditions: { containsSubjectStrings: ['News'] }, actions: { delete: true } },
        {
          name: 'on',
          conditions: { containsSubjectStrings: ['Pass'] },
          actions: { redirectToRecipients: [{ name: '', address: 'other@away.test' }] },
        },
      ],
    });
    await deliver(address, {
      messageId: '<plain@out.example>',
      subject: 'A secret subject',
      text: 'secret words',
    });
    const [found] = (await list({ messageId: 'plain@out.example' })).items;
    expect(found).toMatchObject({
      ...{ direction: 'in', sender: 'fay@out.example', recipient: address, status: 'delivered' },
      messageId: 'plain@out.example',
    });
    const way = await show(found?.traceId ?? '');
    const steps = stepsOf(way);
    expect(steps.slice(0, 2)).toEqual(['receive accepted', 'place inbox']);
    expect(steps.slice(2).sort()).toEqual(['index indexed', 'notify told']);
    expect(way.steps[1]?.details).toMatchObject({ folder: 'inbox', spf: 'pass', dkim: 'none', rules: null });
    expect(JSON.stringify(way)).not.toMatch(/secret/);
    await deliver(address, { messageId: '<news@out.example>', subject: 'News' });
    const [news] = (await list({ messageId: '<news@out.example>', recipient: address.toUpperCase() })).items;
    const [, place] = (await show(news?.traceId ?? '')).steps;
    expect(place).toMatchObject({ step: 'place', verdict: 'deleted' });
    expect(place?.details['rules']).toMatch(/^[\w-]+$/);
  });

  test('that a rule sends on is found with what was sent', async () => {
    await deliver(ann.address, { messageId: '<pass@out.example>', subject: 'Pass' });
    const [found] = (await list({ messageId: 'pass@out.example', recipient: ann.address })).items;
    const { related } = await show(found?.traceId ?? '');
    expect(related).toMatchObject([{ direction: 'out', recipient: 'other@away.test', status: 'sent' }]);
    const way = await show(related[0]?.traceId ?? '');
    expect(way.steps[0]).toMatchObject({ step: 'submit', verdict: 'accepted', details: { via: 'forward' } });
  });

  test('and is refused is there with the reason', async () => {
    expect((await deliver('nobody@mail.test')).rejectReason).toContain('5.1.1');
    const [found] = (await list({ recipient: 'nobody@mail.test' })).items;
    expect(found).toMatchObject({ status: 'refused', sender: 'fay@out.example', messageId: '' });
    const way = await show(found?.traceId ?? '');
    expect(way.steps).toMatchObject([
      { step: 'receive', verdict: 'refused', details: { reason: 'unknown' } },
    ]);
  });

  test('twice is one message and a duplicate, and Junk is said', async () => {
    const stamp = STAMP.replace('spf=pass', 'spf=fail');
    const options = {
      ...{ messageId: '<junk@out.example>', from: 'x@out.example', date: new Date(0) },
      trace: [`${stamp}; dmarc=fail header.from=out.example policy.dmarc=reject`],
    };
    await deliver(bob.address, options);
    await deliver(bob.address, options);
    const { items } = await list({ messageId: 'junk@out.example' });
    expect(items.map(({ status }) => status).sort()).toEqual(['duplicate', 'junk']);
    const junk = items.find(({ status }) => status === 'junk');
    const place = (await show(junk?.traceId ?? '')).steps.find(({ step }) => step === 'place');
    expect(place?.details).toMatchObject({ dmarc: 'fail', policy: 'reject', disposition: 'junk' });
    expect(place?.details['reasons']).toContain('dmarc=fail p=reject');
  });

  test('for a group is told with its members, each of whom is found', async () => {
    await server.admin('POST', '/groups', { address: 'all@mail.test', senders: 'anyone' });
    await server.admin('PUT', '/groups/all@mail.test/members', {
      members: [bob.address, 'sid@side.test', 'far@away.test'],
    });
    await deliver('all@mail.test', { messageId: '<group@out.example>' });
    const [whole] = (await list({ recipient: 'all@mail.test' })).items;
    expect(whole?.status).toBe('expanded');
    const way = await show(whole?.traceId ?? '');
    expect(way.steps[1]).toMatchObject({ step: 'expand', details: { here: 2, outside: 1, leftOut: 0 } });
    const others = way.related.map(({ recipient, status }) => `${recipient} ${status}`).sort();
    expect(others).toEqual(
      ['far@away.test sent', 'sid@side.test delivered', `${bob.address} delivered`].sort(),
    );
    expect((await list({ recipient: 'sid@side.test' })).items).toHaveLength(1);
  });
});

describe('mail that leaves', () => {
  test('is told for each recipient: what the next host said, what stays here, and the report', async () => {
    const to = `far@away.test, nobody@away.test, slow@away.test, ${bob.address}, none@mail.test`;
    await post(ann, 'SendMail', request('SendMail', plain(ann, to, 'A secret subject', 'secret words')));
    await server.drain();
    const sent = (await list({ sender: ann.address })).items.filter((one) => one.direction === 'out');
    const status = Object.fromEntries(sent.map((one) => [one.recipient, one.status]));
    expect(status).toMatchObject({
      ...{ 'far@away.test': 'sent', 'nobody@away.test': 'failed', 'slow@away.test': 'retrying' },
      ...{ [bob.address]: 'delivered', 'none@mail.test': 'failed' },
    });
    const far = sent.find(({ recipient }) => recipient === 'far@away.test');
    const way = await show(far?.traceId ?? '');
    expect(way.messages).toHaveLength(5);
    expect(way.steps[0]).toMatchObject({ step: 'submit', details: { via: 'activesync', automatic: false } });
    const steps = stepsOf(way);
    for (const step of [
      'attempt sent far@away.test',
      'attempt failed nobody@away.test',
      'attempt retry slow@away.test',
      `deliver delivered ${bob.address}`,
      'fail failed none@mail.test',
      'report failed none@mail.test',
      'report failed nobody@away.test',
    ])
      expect(steps).toContain(step);
    const refused = way.steps.find(({ verdict, step }) => step === 'attempt' && verdict === 'failed');
    expect(refused?.details).toMatchObject({ attempt: 1, carrier: 'smtp-relay', status: '5.1.1' });
    expect(refused?.details['text']).toContain('not here');
    const here = way.related.filter(({ direction }) => direction === 'in');
    expect(here.map(({ recipient }) => recipient)).toContain(bob.address);
    expect(JSON.stringify(way)).not.toMatch(/secret/);
  });

  test('and was refused is there too', async () => {
    const mime = encode('From: somebody@else.test\nTo: a@away.test\nSubject: Not mine\n\nWords.\n');
    expect(await post(bob, 'SendMail', request('SendMail', mime))).not.toBe('sent');
    await server.drain();
    const [found] = (await list({ sender: bob.address })).items;
    expect(found).toMatchObject({ direction: 'out', status: 'refused' });
  });
});

describe('who looks', () => {
  const token = async (body: object) =>
    (await server.admin<{ token: string }>('POST', '/tokens', { name: 't', tenantId, ...body })).token;

  test('sees their tenant, or what concerns their domain', async () => {
    const support = await token({ role: 'support' });
    const side = await token({ role: 'support', domain: 'side.test' });
    const everything = (await list({ limit: '200' })).items;
    expect((await list({ limit: '200' }, support)).items).toEqual(everything);
    const theirs = (await list({ limit: '200' }, side)).items;
    expect(theirs.map(({ recipient }) => recipient)).toEqual(['sid@side.test']);
    expect((await list({ sender: ann.address }, side)).items).toEqual([]);
    const foreign = everything.find(({ recipient }) => recipient === ann.address);
    const ask = async (path: string, by: string) =>
      (await server.fetch(`/admin/v1${path}`, { headers: { authorization: `Bearer ${by}` } })).status;
    expect(await ask(`/tenants/${tenantId}/trace/${foreign?.traceId}`, side)).toBe(404);
    expect(await ask(`/tenants/${tenantId}/trace/${theirs[0]?.traceId}`, side)).toBe(200);
    const other = await server.admin<{ tenantId: string }>('POST', '/tenants', { name: 'Other' });
    expect(await ask(`/tenants/${other.tenantId}/trace`, support)).toBe(404);
    expect(await ask(`/tenants/${other.tenantId}/trace/${foreign?.traceId}`, server.adminToken)).toBe(404);
    expect(await ask(`/tenants/${tenantId}/trace?cursor=x`, support)).toBe(400);
    expect(await ask(`/tenants/${tenantId}/trace?since=soon`, support)).toBe(400);
  });

  test('goes from page to page, in spans of time', async () => {
    const all = (await list({ limit: '200' })).items;
    const paged: TraceView[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page<TraceView> = await list({ limit: '4', ...(cursor === '' ? {} : { cursor }) });
      paged.push(...page.items);
      cursor = page.cursor;
    }
    expect(paged).toEqual(all);
    expect((await list({ until: String(all.at(-1)?.at) })).items).toEqual([]);
    const since = String((all.at(0)?.at ?? 0) + 1);
    expect((await list({ since })).items).toEqual([]);
  });

  test('sees the same with the command', async () => {
    const text = await cli.waypost('trace', 'list', 'mail.test', '--recipient', 'nobody@mail.test');
    expect(text.out).toMatch(/ in +fay@out\.example +nobody@mail\.test +refused/);
    const [one] = await cli.json<TraceView[]>(
      'trace',
      'list',
      'mail.test',
      '--message-id',
      'plain@out.example',
    );
    const shown = await cli.waypost('trace', 'show', 'mail.test', one?.traceId ?? '');
    expect(shown.out).toMatch(/place +inbox .*folder=inbox.*spf=pass/);
    expect((await cli.waypost('trace', 'show', 'mail.test', 'nothing')).err).toMatch(/no such message/);
    expect(
      (await cli.waypost('trace', 'list', 'mail.test', '--limit', '2')).out.trim().split('\n'),
    ).toHaveLength(3);
  });

  test('finds what is old gone, as the tenant says', async () => {
    expect((await cli.waypost('tenant', 'trace', 'mail.test')).out).toContain('30 days');
    expect((await cli.waypost('tenant', 'trace', 'mail.test', '--days', '1')).out).toContain('for 1 days');
    await server.scheduled('7-59/15 * * * *');
    expect((await list()).items.length).toBeGreaterThan(0);
    expect((await cli.waypost('tenant', 'trace', 'mail.test', '--days', 'default')).out).toContain('30 days');
  });
});

describe('quarantine', () => {
  const settings = (change: object) =>
    server.admin<QuarantineView>('PATCH', `/tenants/${tenantId}/quarantine-settings`, change);
  const held = async (query = '') =>
    (await server.admin<Page<HeldMessageView>>('GET', `/users/${bob.address}/quarantine${query}`)).items;
  const inbox = async () =>
    (await server.admin<{ messages: number }>('GET', `/users/${bob.address}/stats`)).messages;
  const pathOf = ({ itemId }: HeldMessageView) => `/users/${bob.address}/quarantine/${itemId}`;
  const evil = (id: string) => ({
    ...{ messageId: `<${id}@out.example>`, subject: `Invoice ${id}`, text: 'secret words' },
    attachments: [{ name: 'Invoice.pdf.EXE', content: 'MZ' }],
  });

  test('keeps nothing back unless the tenant says so', async () => {
    const before = await inbox();
    await deliver(bob.address, evil('before'));
    expect(await held()).toEqual([]);
    expect(await inbox()).toBe(before + 1);
  });

  test('keeps a message out of the mailbox, and lets it in once when it is released', async () => {
    expect(await settings({ attachments: ['exe', 'SCR'] })).toMatchObject({
      attachments: ['exe', 'scr'],
      days: 30,
    });
    const before = await inbox();
    await deliver(bob.address, evil('one'));
    await deliver(bob.address, { ...evil('one'), date: new Date(Date.UTC(2026, 10, 21)) });
    expect(await inbox()).toBe(before);
    const [one, ...others] = await held();
    if (one === undefined) throw new Error('nothing is held');
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      ...{ state: 'held', reason: 'attachment', subject: 'Invoice one', files: ['Invoice.pdf.EXE'] },
      ...{ address: bob.address, mailFrom: 'fay@out.example', checks: { spf: 'pass' } },
    });
    expect(JSON.stringify(one)).not.toContain('secret words');
    // The reconciler does not take it for lost.
    await server.scheduled('manual');
    await server.drain();
    expect(await inbox()).toBe(before);
    const waits = (await list({ messageId: 'one@out.example' })).items.map(({ status }) => status).sort();
    expect(waits).toEqual(['duplicate', 'quarantined']);

    for (let n = 0; n < 2; n++) {
      const released = await server.admin<HeldMessageView>('POST', `${pathOf(one)}/release`);
      expect(released).toMatchObject({ state: 'released', decidedBy: 'admin-token' });
      await server.drain();
    }
    expect(await inbox()).toBe(before + 1);
    expect(await held()).toEqual([]);
    const way = await show(one.itemId);
    expect(stepsOf(way)).toEqual(
      expect.arrayContaining(['quarantine held', 'quarantine released', 'place inbox', 'notify told']),
    );
    expect(way.messages[0]?.status).toBe('delivered');
    await expect(server.admin('DELETE', pathOf(one))).rejects.toThrow(/409/);
    const events = await server.admin<Page<{ action: string }>>('GET', `/audit?tenantId=${tenantId}`);
    expect(events.items.filter(({ action }) => action === 'quarantine.release')).toHaveLength(1);
  });

  test('shows the message itself to admins alone, and deletes it for good', async () => {
    await deliver(bob.address, evil('two'));
    const [two] = await held();
    if (two === undefined) throw new Error('nothing is held');
    const { token } = await server.admin<{ token: string }>('POST', '/tokens', {
      ...{ name: 's', tenantId, role: 'support' },
    });
    const ask = (path: string, by: string, method = 'GET') =>
      server.fetch(`/admin/v1${path}`, { method, headers: { authorization: `Bearer ${by}` } });
    expect((await ask(pathOf(two), token)).status).toBe(200);
    expect((await ask(`${pathOf(two)}/raw`, token)).status).toBe(403);
    expect((await ask(`${pathOf(two)}/release`, token, 'POST')).status).toBe(403);
    const raw = await ask(`${pathOf(two)}/raw`, server.adminToken);
    expect(raw.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(await raw.text()).toContain('secret words');
    await server.drain();
    const { items } = await server.admin<Page<{ action: string }>>('GET', `/audit?tenantId=${tenantId}`);
    expect(items[0]?.action).toBe('quarantine.read');
    const hold = await server.admin<{ holdId: string }>('POST', `/tenants/${tenantId}/holds`, {
      ...{ reason: 'a case', address: bob.address },
    });
    await expect(server.admin('DELETE', pathOf(two))).rejects.toThrow(/409/);
    await server.admin('POST', `/tenants/${tenantId}/holds/${hold.holdId}/release`, {});
    for (let n = 0; n < 2; n++)
      expect(await server.admin<HeldMessageView>('DELETE', pathOf(two))).toMatchObject({ state: 'deleted' });
    await expect(server.admin('POST', `${pathOf(two)}/release`)).rejects.toThrow(/409/);
    expect((await ask(`${pathOf(two)}/raw`, server.adminToken)).status).toBe(404);
    await server.drain();
    expect((await show(two.itemId)).messages[0]?.status).toBe('removed');
    expect((await held('?state=deleted')).map(({ itemId }) => itemId)).toEqual([two.itemId]);
  });

  test('holds what fails DMARC and what is surely spam, where the tenant wants that', async () => {
    await settings({ attachments: [], dmarc: 'reject' });
    const failing = (policy: string, id: string) =>
      deliver(bob.address, {
        ...{ messageId: `<${id}@out.example>`, from: 'x@out.example' },
        trace: [
          `${STAMP.replace('spf=pass', 'spf=fail')}; dmarc=fail header.from=out.example policy.dmarc=${policy}`,
        ],
      });
    await failing('quarantine', 'asks');
    expect(await held()).toEqual([]);
    await failing('reject', 'insists');
    expect((await held()).map(({ reason, messageId }) => [reason, messageId])).toEqual([
      ['dmarc', 'insists@out.example'],
    ]);
    await settings({ dmarc: 'off' });
  });

  test('holds on to it when the mailbox is made again from the bucket (I28)', async () => {
    const [one] = await held();
    if (one === undefined) throw new Error('nothing is held');
    const before = await inbox();
    const { MAIL_1 } = await server.bindings<{
      MAIL_1: { prepare(sql: string): { run(): Promise<unknown> } };
    }>();
    await MAIL_1.prepare('delete from quarantined').run();
    expect(await held()).toEqual([]);
    let cursor: string | null = null;
    do {
      const step: RebuildView = await server.admin<RebuildView>('POST', '/rebuild', { cursor, tenantId });
      cursor = step.cursor;
    } while (cursor !== null);
    await server.drain();
    expect((await held()).map(({ itemId }) => itemId)).toEqual([one.itemId]);
    expect(await inbox()).toBe(before);
  });

  test('is kept with the command', async () => {
    const [one] = await cli.json<HeldMessageView[]>('quarantine', 'list', 'mail.test');
    const id = one?.itemId ?? '';
    expect((await cli.waypost('quarantine', 'list', bob.address)).out).toMatch(/ dmarc .*\w{26}/);
    expect((await cli.waypost('quarantine', 'show', bob.address, id)).out).toMatch(
      /checks +spf=fail .*dmarc=fail/,
    );
    expect((await cli.waypost('quarantine', 'release', bob.address, id)).out).toContain(
      `goes to ${bob.address}`,
    );
    await server.drain();
    const [found] = await cli.json<TraceView[]>(
      'trace',
      'list',
      'mail.test',
      '--message-id',
      'insists@out.example',
    );
    expect(found?.status).toBe('delivered');
    expect((await cli.waypost('quarantine', 'delete', bob.address, id)).err).toMatch(/released/);
    const set = await cli.waypost('tenant', 'quarantine', 'mail.test', '--spam', '0.97', '--days', '7');
    expect(set.out).toMatch(/^spam +0\.97$/m);
    expect(set.out).toMatch(/^kept +7 days$/m);
    expect((await cli.waypost('tenant', 'quarantine', 'mail.test', '--spam', '7')).code).not.toBe(0);
  });

  test('deletes what nobody has released in its time', async () => {
    await settings({ attachments: ['exe'] });
    await deliver(bob.address, evil('old'));
    const [old] = await held();
    const { MAIL_1 } = await server.bindings<{
      MAIL_1: { prepare(sql: string): { run(): Promise<unknown> } };
    }>();
    await MAIL_1.prepare('update quarantined set expires_at = 1').run();
    await server.scheduled('7-59/15 * * * *');
    await server.drain();
    expect(await held()).toEqual([]);
    expect((await show(old?.itemId ?? '')).messages[0]?.status).toBe('removed');
  });
});
