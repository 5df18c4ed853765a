/** Mail in at the real Worker, rows out, on both databases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawKey } from '../../core/mail/place-key.ts';
import { newId } from '../../platform/ids.ts';
import type { AuditView, DeadLetterView, UserStats, UserView } from '../../shared/admin-api.ts';
import { envelopeMetadata } from '../../store/blobs/envelope.ts';
import { type LogLine, startWaypost, type Waypost } from '../support/harness.ts';
import { buildMail, withHop } from '../support/mail.ts';

const FROM = 'sender@sender.example';

interface Bindings {
  BLOBS: { put(key: string, value: Uint8Array, options: object): Promise<unknown> };
  QUEUE_INGEST: { send(body: unknown): Promise<void> };
}

describe.each(['d1', 'postgres'] as const)('the pipeline on %s', (store) => {
  let waypost: Waypost;
  let ann: UserView;

  beforeAll(async () => {
    waypost = await startWaypost({ store });
    ann = await waypost.addUser('ann@example.com');
    await waypost.addUser('bob@example.com');
  });
  afterAll(() => waypost?.stop());

  const messages = async (address: string) =>
    (await waypost.admin<UserStats>('GET', `/users/${encodeURIComponent(address)}/stats`)).messages;

  /** Hands a mail over and waits until it is in its mailbox and its owner was told; gives the line that says so. */
  async function deliver(to: string, raw: Uint8Array): Promise<LogLine> {
    const seen = new Set(waypost.logs().filter((l) => l.event === 'mail.accepted'));
    const before = seen.size;
    expect(await waypost.email(FROM, to, raw)).toEqual({ outcome: 'ok', rejectReason: undefined });
    let accepted: LogLine | undefined;
    await waypost.waitForLog(() => {
      accepted = waypost.logs().filter((l) => l.event === 'mail.accepted')[before];
      return accepted !== undefined;
    });
    return waypost.waitForLog(
      (l) => l.event === 'notify.woken' && l['correlationId'] === accepted?.['correlationId'],
    );
  }

  it('brings a mail into its mailbox; the correlation id of its SMTP transaction reaches the notification', async () => {
    const before = await messages('ann@example.com');
    const woken = await deliver('ann@example.com', buildMail({ subject: 'Hello', text: 'Hi Ann' }));
    expect(woken).toMatchObject({ mailboxId: ann.userId, tenantId: ann.tenantId });
    const placed = waypost
      .logs()
      .find((l) => l.event === 'mail.placed' && l['correlationId'] === woken['correlationId']);
    expect(placed).toMatchObject({ mailboxId: ann.userId, duplicate: false });
    expect(await messages('ann@example.com')).toBe(before + 1);
    expect(JSON.stringify(waypost.logs())).not.toContain('Hi Ann');
  });

  it('I9: keeps one of three deliveries of a mail, and one for each of two recipients', async () => {
    const before = [await messages('ann@example.com'), await messages('bob@example.com')];
    const raw = buildMail({ text: 'only once' });
    for (const hop of ['a.example', 'b.example', 'c.example'])
      await deliver('ann@example.com', withHop(raw, hop));
    await deliver('bob@example.com', raw);
    expect([await messages('ann@example.com'), await messages('bob@example.com')]).toEqual([
      (before[0] ?? 0) + 1,
      (before[1] ?? 0) + 1,
    ]);
  });

  it('follows aliases, tags and the case of letters, by the envelope alone', async () => {
    await waypost.admin('POST', '/aliases', { alias: 'sales@example.com', address: 'bob@example.com' });
    const before = await messages('bob@example.com');
    for (const to of ['sales@example.com', 'BOB+shop@Example.COM', 'sales+x@example.com']) {
      const woken = await deliver(to, buildMail({ to: 'someone-else@nowhere.example' }));
      expect(woken['mailboxId']).not.toBe(ann.userId);
    }
    expect(await messages('bob@example.com')).toBe(before + 3);
  });

  it('I3: refuses by policy with a status, and each refusal has its audit row', async () => {
    await waypost.admin('PUT', '/users/bob%40example.com/quota', { quotaBytes: 10 });
    await waypost.addUser('gone@example.com');
    await waypost.admin('PUT', '/users/gone%40example.com/status', { status: 'noMail' });
    const refusals = [
      ['nobody@example.com', '550 5.1.1', 'unknown'],
      ['ann@elsewhere.example', '550 5.1.1', 'unknown'],
      ['bob@example.com', '552 5.2.2', 'over-quota'],
      ['gone@example.com', '550 5.2.1', 'address-disabled'],
    ] as const;
    // What was accepted a moment ago may be taken for five seconds more.
    await new Promise((resolve) => setTimeout(resolve, 5200));
    for (const [to, code] of refusals) {
      const { outcome, rejectReason } = await waypost.email(FROM, to, buildMail());
      expect([to, outcome, rejectReason?.slice(0, 9)]).toEqual([to, 'ok', code]);
    }
    const found = async () =>
      (await waypost.admin<{ items: AuditView[] }>('GET', '/audit?action=mail.refuse')).items.map((e) => [
        e.resource,
        e.details['reason'],
      ]);
    await expect
      .poll(found, { timeout: 60_000 })
      .toEqual(expect.arrayContaining(refusals.map(([to, , reason]) => [to, reason])));
    await waypost.admin('PUT', '/users/bob%40example.com/quota', { quotaBytes: null });
  });

  it('I6: finds a raw object that no queue knows of, through the reconciler', async () => {
    const { BLOBS } = await waypost.bindings<Bindings>();
    const raw = buildMail({ subject: 'lost', text: 'lost and found' });
    const receivedAt = Date.now();
    const tenant = (
      await waypost.admin<{ items: { tenantId: string; mailShard: string }[] }>('GET', '/tenants')
    ).items;
    const shard = tenant.find((t) => t.tenantId === ann.tenantId)?.mailShard ?? '';
    const envelope = {
      tenantId: ann.tenantId,
      mailboxId: ann.userId,
      shard,
      mailFrom: FROM,
      rcptTo: 'ann@example.com',
      receivedAt,
      rawSize: raw.length,
      correlationId: 'corr-lost',
      authResults: '',
    };
    const key = rawKey(ann.tenantId, receivedAt, newId(receivedAt));
    await BLOBS.put(key, raw, { customMetadata: envelopeMetadata(envelope) });
    const before = await messages('ann@example.com');
    await waypost.admin('POST', '/reconcile');
    await waypost.waitForLog((l) => l.event === 'notify.woken' && l['correlationId'] === 'corr-lost');
    expect(await messages('ann@example.com')).toBe(before + 1);
    expect(waypost.logs().find((l) => l.event === 'blob-without-row')).toMatchObject({ key });
    expect(waypost.logs().some((l) => l.event === 'blob-missing')).toBe(false);
  });

  it('I12 A65: what is no job becomes a dead letter that cannot be replayed', async () => {
    const { QUEUE_INGEST } = await waypost.bindings<Bindings>();
    await QUEUE_INGEST.send({
      v: 1,
      key: 'blobs/other/2026/11/21/x.eml',
      tenantId: ann.tenantId,
      correlationId: 'forged',
    });
    await waypost.waitForLog((l) => l.event === 'dead-letter' && l['correlationId'] === 'forged');
    const { items } = await waypost.admin<{ items: DeadLetterView[] }>(
      'GET',
      '/dead-letters?queue=mail-ingest',
    );
    const letter = items.find((l) => l.correlationId === 'forged');
    expect(letter).toMatchObject({ queue: 'mail-ingest', replayedAt: null });
    await expect(
      waypost.admin('POST', `/dead-letters/${encodeURIComponent(letter?.deadLetterId ?? '')}/replay`),
    ).rejects.toThrow(/: 4\d\d /);
  });
});
