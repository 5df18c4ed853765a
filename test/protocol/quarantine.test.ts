/** Mail that a tenant wants kept out of mailboxes, through the whole Worker. */
import { describe, expect, test } from 'vitest';
import type {
  HeldMessageView,
  Page,
  QuarantineView,
  RebuildView,
  TraceView,
} from '../../shared/admin-api.ts';
import { bob, cli, deliver, list, STAMP, server, show, stepsOf, tenantId, withTrace } from './trace-kit.ts';

withTrace();

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
