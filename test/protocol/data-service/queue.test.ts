import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataMethods } from '../../../data-client/index.ts';
import { bytesOf, dataClient, failure, INTERNAL_TOKENS, scopeOf, textOf } from '../../support/data-client.ts';
import { type InProcess, startInProcess } from '../../support/in-process/index.ts';

const X = 'x@away.example';
const Y = 'y@away.example';

describe('mail that a sender outside comes for', () => {
  let server: InProcess;
  let client: DataMethods;
  let ann: { tenant: string; user: string };

  beforeAll(async () => {
    server = await startInProcess({ vars: { INTERNAL_TOKENS } });
    ann = scopeOf(await server.addUser('ann@queue.example', 'secret-ann-1'));
    await server.addUser('bob@queue.example', 'secret-bob-1');
    client = dataClient(server).client;
  });
  afterAll(() => server.stop());

  const take = async (leaseSeconds = 60) =>
    (await client.dequeue({ tenant: ann.tenant, limit: 20, leaseSeconds })).entries;
  const send = (key: string, to: string) =>
    client.enqueue({
      ...{ ...ann, key },
      raw: bytesOf(
        `From: ann@queue.example\r\nTo: ${to}\r\nBcc: bob@queue.example\r\nSubject: ${key}\r\n\r\nWords.\r\n`,
      ),
    });

  it('is there only for tenants that want it so', async () => {
    expect(await failure(take())).toEqual(['PERMISSION_DENIED', 403]);
    await server.admin('PUT', `/tenants/${ann.tenant}/carrier`, { kind: 'external' });
    expect(await server.admin('GET', `/tenants/${ann.tenant}/carrier`)).toMatchObject({
      setting: { kind: 'external' },
    });
    expect(await take()).toEqual([]);
  });

  it('is taken once, read without Bcc, and is done when it was said to be sent', async () => {
    expect((await send('one', `${X}, ${Y}`)).outcome).toBe('accepted');
    await server.drain();
    const [[entry, ...more], others] = await Promise.all([take(), take()]);
    const taken = entry ?? others[0];
    if (taken === undefined) throw new Error('nothing was taken');
    expect([more.length + (entry === undefined ? 0 : 1) + others.length]).toEqual([1]);
    expect(taken).toMatchObject({ ...ann, mailFrom: 'ann@queue.example', smtpUtf8: false });
    expect(taken.recipients).toEqual([X, Y].map((address) => ({ address, attempts: 1, uncertain: false })));
    const message = { ...ann, submission: taken.submission, lease: taken.lease };
    const content = await client.getQueueContent(message);
    const text = await textOf(content.body);
    expect([content.mediaType, text.length]).toEqual(['message/rfc822', taken.size]);
    expect(text).toContain(`Message-ID: <${taken.messageId}>`);
    expect(text).not.toContain('bob@queue.example');
    const part = await client.getQueueContent({ ...message, range: 'bytes=5-14' });
    expect(await textOf(part.body)).toBe(text.slice(5, 15));
    const longer = await client.extendLease({ ...message, leaseSeconds: 600 });
    expect(longer.leaseUntil).toBeGreaterThan(taken.leaseUntil);
    await server.scheduled();
    await server.drain();
    expect(await take()).toEqual([]);
    const first = await client.ack({
      ...message,
      results: [{ address: X, outcome: 'sent', remoteId: 'Q1' }],
    });
    expect(first).toMatchObject({
      state: 'open',
      recipients: [{ address: X, applied: true, state: 'sent' }],
    });
    const end = {
      ...message,
      results: [{ address: Y, outcome: 'failed' as const, status: '5.1.1', text: 'Nobody.' }],
    };
    expect(await client.ack(end)).toMatchObject({ state: 'done', recipients: [{ state: 'failed' }] });
    expect(await client.ack(end)).toMatchObject({ state: 'done', recipients: [{ applied: true }] });
    expect(await failure(client.extendLease(message))).toEqual(['ABORTED', 409]);
    expect(await failure(client.getQueueContent(message))).toEqual(['ABORTED', 409]);
    await server.drain();
    // The author hears of what failed; the blind copy came to its mailbox.
    const inbox = await client.listEmails({ ...ann });
    expect(inbox.items.map((one) => one.messageClass)).toEqual(['REPORT.IPM.Note.NDR']);
    expect(await take()).toEqual([]);
    expect((await send('one', X)).outcome).toBe('already');
  });

  it('is tried again later when it was not taken, and what makes no sense is refused', async () => {
    await send('two', X);
    await server.drain();
    const [taken] = await take();
    const message = { ...ann, submission: taken?.submission ?? '', lease: taken?.lease ?? '' };
    const wrong = { ...message, results: [{ address: X, outcome: 'sent' as const, status: '5.0.0' }] };
    expect(await failure(client.ack(wrong))).toEqual(['INVALID_ARGUMENT', 400]);
    const other = { ...message, lease: 'none' };
    expect(await failure(client.ack({ ...other, results: [{ address: X, outcome: 'retry' }] }))).toEqual([
      'ABORTED',
      409,
    ]);
    const unknown = { ...message, submission: 'none', results: [{ address: X, outcome: 'sent' as const }] };
    expect(await failure(client.ack(unknown))).toEqual(['NOT_FOUND', 404]);
    const later = await client.ack({
      ...message,
      results: [{ address: X, outcome: 'retry', text: 'Busy.' }],
    });
    expect(later.recipients).toMatchObject([{ applied: true, state: 'queued' }]);
    expect(later.recipients[0]?.nextAttemptAt).toBeGreaterThan(Date.now());
    expect(await take()).toEqual([]);
  });
});
