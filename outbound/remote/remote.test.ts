import { describe, expect, test } from 'vitest';
import type { SubmitResult } from '../../core/ports/outbound.ts';
import { type House, house } from '../../test/support/house.worker.ts';
import { type Script, scriptedCarrier } from '../../test/support/scripted-carrier.ts';

const ANN = 'ann@one.example';
const X = 'x@away.example';
const Y = 'y@away.example';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function world(script?: Script, limits?: Parameters<typeof scriptedCarrier>[1]) {
  const h = await house();
  const { carrier, handed } = scriptedCarrier(script, limits);
  h.state.carrier = carrier;
  return { ...h, h, handed };
}

let made = 0;

function send(
  h: House,
  to: string,
  over: { id?: string; more?: string; save?: boolean; body?: string } = {},
) {
  const { id = `s-${++made}`, more = '', body = 'Words.' } = over;
  const mime = `From: ${ANN}\nTo: ${to}\n${more}Subject: S\nMessage-ID: <m@one.example>\n\n${body}\n`;
  return h.outbound.submit({
    submissionId: id,
    sender: h.sender(ANN),
    raw: new TextEncoder().encode(mime),
    saveInSentItems: over.save ?? false,
    correlationId: 'c',
  });
}

/** Delivers what the queue holds, once. */
async function pump(h: House) {
  const jobs = h.queues.sent.outbound.splice(0);
  h.state.delays.splice(0);
  return h.outbound.attempt(jobs);
}

const entryOf = async (h: House, id: string) => {
  const entry = await h.outbound.get(h.sender(ANN).ref, id);
  if (entry === null) throw new Error(`no entry ${id}`);
  return entry;
};
const states = async (h: House, id: string) =>
  Object.fromEntries((await entryOf(h, id)).recipients.map((r) => [r.address, r.state]));

/** Reports that the sender has, as text. */
async function reports(h: House): Promise<string[]> {
  const texts = await Promise.all(h.state.placed.map(({ key }) => h.text(key)));
  return texts.filter((t): t is string => t?.includes('report-type=delivery-status') === true);
}

/** Attempts, each at its time, until nothing is left or the limit is reached. Times in minutes from the start. */
async function play(h: House, id: string, limit = 60): Promise<number[]> {
  const start = h.state.now;
  const times: number[] = [];
  for (let n = 0; n < limit; n++) {
    const entry = await entryOf(h, id);
    if (entry.state === 'done') break;
    h.state.now = Math.max(h.state.now, entry.nextAttemptAt);
    times.push(Math.round((h.state.now - start) / MINUTE));
    h.queues.sent.outbound.splice(0);
    await h.outbound.resume('t1');
  }
  return times;
}

describe('a message for other hosts', () => {
  test('is handed to the queue, and by it to the carrier: once for all recipients, signed, without Bcc', async () => {
    const { h, handed } = await world(() => ({ outcome: 'sent', remoteId: 'Q1' }));
    expect(await send(h, `X <${X}>, bob@one.example`, { id: 'a', more: `Bcc: ${Y}\n` })).toEqual({
      kind: 'accepted',
      itemId: null,
    } satisfies SubmitResult);
    // Those of this installation have it already.
    expect(h.state.placed.map((j) => j.mailboxId)).toEqual(['bob-t1']);
    expect(handed).toEqual([]);
    expect(h.state.delays).toEqual([0]);
    expect(await pump(h)).toEqual([]);
    expect(handed).toHaveLength(1);
    expect(handed[0]).toMatchObject({
      mailFrom: ANN,
      recipients: [X, Y],
      needs: { smtputf8: false, eightBit: false },
      messageId: 'm@one.example',
    });
    const text = handed[0]?.text ?? '';
    expect(text).toMatch(/^DKIM-Signature: n=1\r\nFrom: /);
    expect(text).toHaveLength(handed[0]?.size ?? 0);
    expect(text).not.toMatch(/bcc|y@away|^received/im);
    expect(text).not.toMatch(/[^\r]\n|\r[^\n]/);
    expect(await entryOf(h, 'a')).toMatchObject({
      state: 'done',
      claim: '',
      recipients: [
        { address: X, state: 'sent', attempts: 1, carrier: 'smtp-relay', remoteId: 'Q1' },
        { state: 'sent', attempts: 0 },
        { address: Y, state: 'sent' },
      ],
    });
    await Promise.all(h.state.deferred);
    expect((await h.blobs.list('outgoing/', null, 9)).objects).toEqual([]);
    expect(await reports(h)).toEqual([]);
  });

  test('goes in groups: as many recipients as the carrier takes, addresses outside of ASCII apart', async () => {
    const { h, handed } = await world(undefined, { maxRecipients: 2 });
    const plain = ['a', 'b', 'c'].map((name) => `${name}@away.example`);
    await send(h, plain.join(', '), { body: 'Žofie', more: 'Bcc: ž@away.example\n' });
    await pump(h);
    expect(handed.map((m) => [m.recipients, m.needs.smtputf8, m.needs.eightBit])).toEqual([
      [plain.slice(0, 2), false, true],
      [plain.slice(2), false, true],
      [['ž@away.example'], true, true],
    ]);
    expect(h.state.signatures).toBe(1);
  });

  test('that is larger than the carrier takes fails, and its sender is told', async () => {
    const { h, handed } = await world(undefined, { maxBytes: 100 });
    await send(h, X, { id: 'a' });
    await pump(h);
    expect(handed).toEqual([]);
    expect(await states(h, 'a')).toEqual({ [X]: 'failed' });
    expect(await reports(h)).toEqual([expect.stringContaining('Status: 5.3.4')]);
  });

  test('is made smaller before it is signed, where the tenant wants that', async () => {
    const { h, handed } = await world(undefined, { maxBytes: 100 });
    h.state.shrinks = true;
    await send(h, X, { id: 'a' });
    await pump(h);
    expect(handed[0]?.text).toMatch(/^DKIM-Signature: n=1\r\nFrom: /);
    expect(handed[0]?.size).toBeLessThanOrEqual(100);
    expect(await states(h, 'a')).toEqual({ [X]: 'sent' });
    expect(await reports(h)).toEqual([]);
  });

  test('has one copy in Sent Items, whatever comes of it', async () => {
    const { h } = await world((_mail, call) => ({ outcome: call < 3 ? 'retry' : 'sent' }));
    await send(h, X, { id: 'a', save: true });
    expect(h.state.placed).toHaveLength(1);
    await play(h, 'a');
    expect(h.state.placed).toHaveLength(1);
    expect(await states(h, 'a')).toEqual({ [X]: 'sent' });
  });

  test('fails at once when the tenant has no way out', async () => {
    const { h } = await world();
    h.state.carrier = null;
    await send(h, X, { id: 'a' });
    expect(await states(h, 'a')).toEqual({ [X]: 'failed' });
    expect(await reports(h)).toEqual([expect.stringContaining('Status: 5.4.4')]);
    expect(h.queues.sent.outbound).toEqual([]);
  });

  test('that waits when the way out goes away waits on', async () => {
    const { h, handed } = await world();
    const { carrier } = h.state;
    await send(h, X, { id: 'a' });
    h.state.carrier = null;
    await pump(h);
    expect(await entryOf(h, 'a')).toMatchObject({
      recipients: [{ state: 'queued', attempts: 1, failure: { status: '4.4.4' } }],
    });
    h.state.carrier = carrier;
    await play(h, 'a');
    expect(handed).toHaveLength(1);
  });
});

describe('what a carrier says', () => {
  test('counts for each recipient alone', async () => {
    const { h, handed } = await world((_mail, call) =>
      call > 1
        ? { outcome: 'sent' }
        : {
            [X]: { outcome: 'sent' },
            [Y]: { outcome: 'failed', status: '5.1.1', text: '550 no such user', host: 'mx.away.example' },
            'z@away.example': { outcome: 'retry', status: '4.2.2', text: '452 full' },
            'u@away.example': { outcome: 'uncertain', status: '4.4.2', text: 'lost' },
          },
    );
    await send(h, [X, Y, 'z@away.example', 'u@away.example'].join(', '), { id: 'a' });
    await pump(h);
    expect(await states(h, 'a')).toEqual({
      [X]: 'sent',
      [Y]: 'failed',
      'z@away.example': 'queued',
      'u@away.example': 'uncertain',
    });
    const [report = ''] = await reports(h);
    expect(report).toMatch(
      /Final-Recipient: rfc822; y@away\.example\r\nAction: failed\r\nStatus: 5\.1\.1\r\nRemote-MTA: dns; mx\.away\.example\r\nDiagnostic-Code: smtp; 5\.1\.1 550 no such user\r\nLast-Attempt-Date: /,
    );
    expect(report.match(/^Final-Recipient/gm)).toHaveLength(1);
    expect(await play(h, 'a')).toEqual([1]);
    expect(handed[1]?.recipients).toEqual(['z@away.example', 'u@away.example']);
    expect(await reports(h)).toHaveLength(1);
  });

  test('is tried again with the same bytes, signature and Message-ID included (I23)', async () => {
    const { h, handed } = await world((_mail, call) => ({
      outcome: (['uncertain', 'retry', 'sent'] as const)[call - 1] ?? 'failed',
    }));
    await send(h, X, { id: 'a', more: 'Cc: ž@away.example\n' });
    await play(h, 'a');
    expect(new Set(handed.map((m) => m.text)).size).toBe(1);
    expect(h.state.signatures).toBe(1);
  });

  test('may be nothing: then it is uncertain', async () => {
    const { h } = await world();
    const throwing = { ...scriptedCarrier().carrier, send: async () => Promise.reject(new Error('socket')) };
    h.state.carrier = throwing;
    await send(h, X, { id: 'a' });
    await pump(h);
    expect((await entryOf(h, 'a')).recipients[0]).toMatchObject({
      state: 'uncertain',
      failure: { text: expect.stringContaining('socket') },
    });
  });

  test('cannot begin a line of a report', async () => {
    const { h } = await world(() => ({
      outcome: 'failed',
      status: '5.0.0',
      text: 'no\r\nFinal-Recipient: rfc822; other@x\u2028',
      host: 'mx\r\nX: y',
    }));
    await send(h, X);
    await pump(h);
    const [report = ''] = await reports(h);
    expect(report.match(/^Final-Recipient/gm)).toHaveLength(1);
    expect(report).not.toMatch(/^X: y/m);
  });
});

describe('attempts', () => {
  test('are made for 48 hours; then the sender is told that it failed, and once before that it takes longer', async () => {
    const { h, handed } = await world(() => ({ outcome: 'retry', status: '4.4.1', text: 'no answer' }));
    await send(h, `${X}, ${Y}`, { id: 'a' });
    const start = h.state.now;
    const times = await play(h, 'a');
    expect(times.slice(0, 10)).toEqual([0, 1, 6, 21, 51, 111, 231, 240, 471, 711]);
    expect(times.at(-1)).toBe(48 * 60);
    expect(handed).toHaveLength(times.length - 1);
    const [late = '', failed = '', ...more] = await reports(h);
    expect(more).toEqual([]);
    expect(late).toMatch(/^Subject: Delayed: S\r$/m);
    expect(late.match(/^Action: delayed\r$/gm)).toHaveLength(2);
    expect(late).toContain(
      `Will-Retry-Until: ${new Date(start + 48 * HOUR).toUTCString().replace('GMT', '+0000')}`,
    );
    expect(failed).toMatch(/^Subject: Undeliverable: S\r$/m);
    expect(failed.match(/^Status: 5\.4\.7\r$/gm)).toHaveLength(2);
    expect(failed).toContain('4.4.1 no answer');
    expect(await states(h, 'a')).toEqual({ [X]: 'failed', [Y]: 'failed' });
    const envelopes = await Promise.all(
      h.state.placed.map(async ({ key }) => (await h.blobs.head(key))?.envelope),
    );
    expect(envelopes.every((e) => e?.mailFrom === '' && e.mailboxId === 'ann-t1')).toBe(true);
  });

  test('are brought by the queue when they are due', async () => {
    const { h } = await world(() => ({ outcome: 'retry' }));
    await send(h, X, { id: 'a' });
    await pump(h);
    expect(h.state.delays).toEqual([60]);
    h.state.now += MINUTE;
    await pump(h);
    expect(h.state.delays).toEqual([300]);
    // A message of the queue that comes early does nothing, and what is far off comes by itself.
    h.state.now += MINUTE;
    const before = await entryOf(h, 'a');
    await pump(h);
    expect(h.state.delays).toEqual([]);
    expect(await entryOf(h, 'a')).toEqual(before);
  });

  test('are not lost when the queue takes nothing', async () => {
    const { h, handed } = await world();
    h.state.broken.add('queue');
    await send(h, X, { id: 'a' });
    expect(h.queues.sent.outbound).toEqual([]);
    h.state.broken.clear();
    expect(await h.outbound.resume('t1')).toBe(1);
    expect(handed).toHaveLength(1);
    expect(await h.outbound.resume('t1')).toBe(0);
  });

  test('hand nothing over twice, however often and at once the queue brings them (I8)', async () => {
    const { h, handed } = await world();
    await send(h, X, { id: 'a' });
    const [job] = h.queues.sent.outbound;
    if (job === undefined) throw new Error('no job');
    await Promise.all(Array.from({ length: 6 }, () => h.outbound.attempt([job, job])));
    await h.outbound.attempt([job]);
    expect(handed).toHaveLength(1);
  });

  test('that a store breaks off before anything is handed over are made again', async () => {
    const { h, handed } = await world();
    await send(h, X, { id: 'a' });
    const [job] = h.queues.sent.outbound;
    if (job === undefined) throw new Error('no job');
    for (const what of ['dkim', 'outbox.update']) {
      h.state.broken.add(what);
      expect(await h.outbound.attempt([job])).toEqual([{ job, error: expect.anything() }]);
      h.state.broken.clear();
    }
    expect(handed).toEqual([]);
    expect(await h.outbound.attempt([job])).toEqual([]);
    expect(handed).toHaveLength(1);
  });

  test('that died are taken over after a while; what they had begun is uncertain', async () => {
    const { h, handed } = await world((_mail, call) => {
      if (call === 1) h.state.broken.add('outbox.update');
      return { outcome: 'sent' };
    });
    await send(h, X, { id: 'a' });
    const [job] = h.queues.sent.outbound;
    if (job === undefined) throw new Error('no job');
    // The answer of the carrier cannot be written down.
    expect(await h.outbound.attempt([job])).toHaveLength(1);
    h.state.broken.clear();
    expect(await states(h, 'a')).toEqual({ [X]: 'sending' });
    await h.outbound.attempt([job]);
    expect(handed).toHaveLength(1);
    h.state.now += 10 * MINUTE;
    await h.outbound.resume('t1');
    expect(handed).toHaveLength(2);
    expect(handed[1]?.text).toBe(handed[0]?.text);
    expect(await states(h, 'a')).toEqual({ [X]: 'sent' });
  });

  test('write down each group before the next one is handed over', async () => {
    const { h, handed } = await world(
      (_mail, call) => {
        if (call === 2) h.state.broken.add('outbox.update');
        return { outcome: 'sent' };
      },
      { maxRecipients: 1 },
    );
    await send(h, `${X}, ${Y}`, { id: 'a' });
    await pump(h);
    h.state.broken.clear();
    expect(await states(h, 'a')).toEqual({ [X]: 'sent', [Y]: 'sending' });
    h.state.now += 10 * MINUTE;
    await h.outbound.resume('t1');
    expect(handed.map((m) => m.recipients)).toEqual([[X], [Y], [Y]]);
  });

  test('whose message is gone end with word to the sender', async () => {
    const { h } = await world();
    await send(h, X, { id: 'a' });
    const { rawKey } = await entryOf(h, 'a');
    await h.blobs.delete(rawKey);
    await pump(h);
    expect(await entryOf(h, 'a')).toMatchObject({ state: 'done', recipients: [{ state: 'failed' }] });
    expect(await reports(h)).toEqual([expect.stringContaining('Status: 5.3.0')]);
  });

  test('of many messages after an outage go to the queue', async () => {
    const { h, handed } = await world();
    h.state.broken.add('queue');
    for (let n = 0; n < 7; n++) await send(h, X);
    h.state.broken.clear();
    expect(await h.outbound.resume('t1', { limit: 3 })).toBe(3);
    expect(handed).toHaveLength(3);
    expect(h.queues.sent.outbound).toHaveLength(4);
    await pump(h);
    expect(handed).toHaveLength(7);
  });
});

describe('what the installation writes by itself', () => {
  const automatic = (h: House, mailFrom: string, recipients: string[], id = 'a') =>
    h.outbound.submit({
      submissionId: id,
      sender: h.sender(ANN),
      raw: new TextEncoder().encode(
        `From: z@away.example\nTo: q@q.example\nBcc: b@q.example\nSubject: S\n\nx\n`,
      ),
      saveInSentItems: false,
      correlationId: 'c',
      automatic: { mailFrom, recipients },
    });

  test('goes to whom it says, whoever its header names', async () => {
    const { h, handed } = await world();
    expect((await automatic(h, '', [X, 'Bob@one.example'])).kind).toBe('accepted');
    await pump(h);
    expect(handed).toMatchObject([{ mailFrom: '', recipients: [X] }]);
    expect(handed[0]?.text).toMatch(/From: z@away\.example\r\nTo: q@q\.example\r\n/);
    expect(handed[0]?.text).not.toMatch(/bcc/i);
    expect(h.state.placed.map((j) => j.mailboxId)).toEqual(['bob-t1']);
  });

  test('makes no noise when it fails with a null return path, and none when it takes longer (A23)', async () => {
    const { h } = await world(() => ({ outcome: 'retry' }));
    await automatic(h, '', [X]);
    await play(h, 'a');
    expect(await states(h, 'a')).toEqual({ [X]: 'failed' });
    expect(await reports(h)).toEqual([]);
    await automatic(h, ANN, [X], 'b');
    await play(h, 'b');
    expect(await reports(h)).toEqual([expect.stringContaining('Action: failed')]);
  });
});
