import { describe, expect, test } from 'vitest';
import type { Submission } from '../core/ports/outbound.ts';
import { type House, house } from '../test/support/house.worker.ts';
import { scriptedCarrier } from '../test/support/scripted-carrier.ts';

const ANN = 'ann@one.example';
const X = 'x@away.example';
const HOUR = 3_600_000;
const MAIL = `From: ${ANN}\nTo: bob@one.example, ${X}\nBcc: cid@one.example\nSubject: S\n\nWords.\n`;

async function world() {
  const h = await house();
  const { carrier, handed } = scriptedCarrier();
  h.state.carrier = carrier;
  const { ref } = h.sender(ANN);
  return { h, handed, ref };
}

function send(h: House, over: Partial<Submission> = {}, mime = MAIL) {
  return h.outbound.submit({
    submissionId: 'a',
    sender: h.sender(ANN),
    raw: new TextEncoder().encode(mime),
    saveInSentItems: true,
    correlationId: 'c',
    ...over,
  });
}

const boxes = async (h: House) =>
  Promise.all(
    h.state.placed.map(async ({ key, mailboxId }) => {
      const envelope = (await h.blobs.head(key))?.envelope;
      return `${mailboxId} ${envelope?.role ?? 'inbox'}`;
    }),
  );

describe('a message that is to leave later', () => {
  test('leaves nothing until its time, then it goes like any other, with the copy in Sent Items', async () => {
    const { h, handed } = await world();
    const notBefore = h.state.now + 2 * HOUR;
    expect((await send(h, { notBefore })).kind).toBe('accepted');
    expect(h.state.placed).toEqual([]);
    expect(h.state.delays).toEqual([7200]);
    h.state.now += 2 * HOUR - 1;
    expect(await h.outbound.resume('t1')).toBe(0);
    expect(h.state.placed).toEqual([]);
    h.state.now += 1;
    await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    expect((await boxes(h)).sort()).toEqual(['ann-t1 sent', 'bob-t1 inbox', 'cid-t1 inbox']);
    expect(handed).toMatchObject([{ recipients: [X] }]);
    expect(await send(h, { notBefore })).toEqual({ kind: 'already' });
    const envelopes = await Promise.all(
      h.state.placed.map(async ({ key }) => (await h.blobs.head(key))?.envelope),
    );
    expect(envelopes.every((e) => e?.receivedAt === notBefore)).toBe(true);
  });

  test('and is further off than a queue can wait is left to the cron', async () => {
    const { h, handed } = await world();
    await send(h, { notBefore: h.state.now + 13 * HOUR });
    expect(h.queues.sent.outbound).toEqual([]);
    h.state.now += 13 * HOUR;
    expect(await h.outbound.resume('t1')).toBe(1);
    expect(handed).toHaveLength(1);
  });

  test('is held back for as long as the tenant or the user wants to be able to undo it', async () => {
    const { h, handed, ref } = await world();
    await h.directory.putTenantSetting('t1', 'sending', { undoSendSeconds: 10 });
    await send(h);
    expect(h.state.delays).toEqual([10]);
    await h.mail.mailbox(ref).putSetting('sending', { undoSendSeconds: 30 });
    await send(h, { submissionId: 'b' });
    expect(h.state.delays).toEqual([10, 30]);
    await h.mail.mailbox(ref).putSetting('sending', { undoSendSeconds: 0 });
    await send(h, { submissionId: 'c' });
    expect(h.state.placed).not.toEqual([]);
    // What the installation writes by itself nobody takes back.
    await send(h, { submissionId: 'd', automatic: { mailFrom: '', recipients: [X] } });
    await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    expect(handed).toHaveLength(2);
  });
});

describe('taking back', () => {
  test('makes it a draft again with its Bcc, and nobody ever sees it', async () => {
    const { h, handed, ref } = await world();
    await send(h, { notBefore: h.state.now + HOUR });
    expect(await h.outbound.cancel(ref, 'a')).toBe('cancelled');
    expect(await boxes(h)).toEqual(['ann-t1 drafts']);
    expect(await h.text(h.state.placed[0]?.key ?? '')).toMatch(/^Bcc: cid@one\.example\r$/m);
    expect(await h.outbound.cancel(ref, 'a')).toBe('cancelled');
    h.state.now += 2 * HOUR;
    await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    await h.outbound.resume('t1');
    expect(await boxes(h)).toEqual(['ann-t1 drafts']);
    expect(handed).toEqual([]);
    await Promise.all(h.state.deferred);
    expect((await h.blobs.list('outgoing/', null, 9)).objects).toEqual([]);
    // Sending it once more under its old id is no new message.
    expect(await send(h)).toEqual({ kind: 'already' });
  });

  test('is too late when it has begun to leave, and nobody else can do it', async () => {
    const { h, ref } = await world();
    await send(h);
    expect(await h.outbound.cancel(ref, 'a')).toBe('too-late');
    expect(await h.outbound.cancel(ref, 'b')).toBe('unknown');
    await send(h, { submissionId: 'b', notBefore: h.state.now + HOUR });
    expect(await h.outbound.cancel(h.sender('bob@one.example').ref, 'b')).toBe('unknown');
    h.state.now += HOUR;
    await h.outbound.resume('t1');
    expect(await h.outbound.cancel(ref, 'b')).toBe('too-late');
  });

  test('loses nothing when the draft cannot be stored at once', async () => {
    const { h, ref } = await world();
    await send(h, { notBefore: h.state.now + HOUR });
    h.state.broken.add('put blobs');
    expect(await h.outbound.cancel(ref, 'a')).toBe('cancelled');
    h.state.broken.clear();
    expect(h.state.placed).toEqual([]);
    h.state.now += 60_000;
    expect(await h.outbound.resume('t1')).toBe(1);
    expect(await boxes(h)).toEqual(['ann-t1 drafts']);
  });

  test('and leaving at the same moment: exactly one of them happens', async () => {
    for (let round = 0; round < 20; round++) {
      const { h, handed, ref } = await world();
      await send(h, { notBefore: h.state.now + HOUR });
      h.state.now += HOUR;
      const jobs = h.queues.sent.outbound.splice(0);
      const [outcome] = await Promise.all(
        round % 2 === 0
          ? [h.outbound.cancel(ref, 'a'), h.outbound.attempt(jobs)]
          : [h.outbound.attempt(jobs).then(() => h.outbound.cancel(ref, 'a')), h.outbound.attempt(jobs)],
      );
      expect(handed).toHaveLength(outcome === 'cancelled' ? 0 : 1);
      expect((await boxes(h)).includes('ann-t1 drafts')).toBe(outcome === 'cancelled');
    }
  });
});

describe('an admin', () => {
  test('ends the attempts of what has begun to leave', async () => {
    const { h, ref } = await world();
    h.state.carrier = scriptedCarrier(() => ({ outcome: 'retry' })).carrier;
    await send(h);
    await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    expect(await h.outbound.stop(ref, 'a')).toBe(1);
    expect(await h.outbound.stop(ref, 'a')).toBe(0);
    expect(await h.outbound.get(ref, 'a')).toMatchObject({ state: 'done' });
    h.state.now += HOUR;
    expect(await h.outbound.resume('t1')).toBe(0);
  });

  test('tries at once what waits', async () => {
    const { h, ref } = await world();
    const { carrier, handed } = scriptedCarrier((_mail, call) => ({
      outcome: call === 1 ? 'retry' : 'sent',
    }));
    h.state.carrier = carrier;
    await send(h);
    await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    h.queues.sent.outbound.splice(0);
    expect(await h.outbound.retry(ref, 'a')).toBe('retried');
    await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    expect(handed).toHaveLength(2);
    expect(await h.outbound.retry(ref, 'a')).toBe('nothing');
    expect(await h.outbound.retry(ref, 'b')).toBe('unknown');
  });

  test('tries anew what failed, for two weeks', async () => {
    const { h, ref } = await world();
    const { carrier, handed } = scriptedCarrier((_mail, call) => ({
      outcome: call === 1 ? 'failed' : 'sent',
      status: '5.7.1',
    }));
    h.state.carrier = carrier;
    await send(h, {}, `From: ${ANN}\nTo: ${X}, new@one.example\n\nx\n`);
    await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    expect(await h.outbound.get(ref, 'a')).toMatchObject({
      state: 'done',
      recipients: [{ state: 'failed' }, { state: 'failed' }],
    });
    await h.directory.createAlias({
      address: 'new@one.example',
      tenantId: 't1',
      userId: 'bob-t1',
      enabled: true,
    });
    expect(await h.outbound.retry(ref, 'a')).toBe('retried');
    await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    expect(handed).toHaveLength(2);
    expect(h.state.signatures).toBe(2);
    expect(await h.outbound.get(ref, 'a')).toMatchObject({
      state: 'done',
      recipients: [{ state: 'sent' }, { state: 'sent' }],
    });
    expect(h.state.placed.map((j) => j.mailboxId)).toContain('bob-t1');
  });

  test('finds nothing of it after that', async () => {
    const { h, ref } = await world();
    h.state.carrier = null;
    await send(h);
    expect((await h.blobs.list('outgoing/', null, 9)).objects).toHaveLength(1);
    h.state.now += 14 * 24 * HOUR + 1;
    await h.outbound.resume('t1');
    expect((await h.blobs.list('outgoing/', null, 9)).objects).toEqual([]);
    expect(await h.outbound.retry(ref, 'a')).toBe('unknown');
  });

  test('sees what is on its way, newest first', async () => {
    const { h, ref } = await world();
    await send(h);
    h.state.now += 1;
    await send(h, { submissionId: 'b' });
    const list = await h.outbound.list({ tenantId: 't1', mailboxId: ref.mailboxId }, null, 9);
    expect(list.map((e) => e.submissionId)).toEqual(['b', 'a']);
    expect(await h.outbound.list({ tenantId: 't2' }, null, 9)).toEqual([]);
  });
});
