import { describe, expect, test } from 'vitest';
import type { SubmitResult } from '../core/ports/outbound.ts';
import { type House, house } from '../test/support/house.worker.ts';

const ANN = 'ann@one.example';
const MAIL = 'From: ann@one.example\nTo: Bob <bob@one.example>\nSubject: S\n\nWords.\n';

let made = 0;

function send(
  h: House,
  mime = MAIL,
  over: { id?: string; save?: boolean; from?: string } = {},
): Promise<SubmitResult> {
  return h.outbound.submit({
    submissionId: over.id ?? `submission-${++made}`,
    sender: h.sender(over.from ?? ANN),
    raw: new TextEncoder().encode(mime),
    saveInSentItems: over.save ?? false,
    correlationId: 'c',
  });
}

/** Mailbox, role and text of what was placed. */
async function placed(h: House) {
  return Promise.all(
    h.state.placed.map(async ({ key, mailboxId, tenantId }) => {
      const envelope = (await h.blobs.head(key))?.envelope;
      return { mailboxId, tenantId, envelope, text: (await h.text(key)) ?? '' };
    }),
  );
}

const keys = async (h: House, prefix: string) =>
  (await h.blobs.list(prefix, null, 100)).objects.map((o) => o.key);

describe('a message that is handed in', () => {
  test('is completed: From, Date, Message-ID and MIME-Version', async () => {
    const h = await house();
    await send(h, 'To: bob@one.example\nSubject: S\n\nWords.\n', { id: 'x'.repeat(64) });
    const [{ text = '', envelope } = {}] = await placed(h);
    expect(text).toBe(
      `To: bob@one.example\r\nSubject: S\r\nFrom: =?utf-8?B?YW5uIE5vdsO9?= <ann@one.example>\r\nDate: Fri, 15 Jan 2027 08:00:00 +0000\r\nMessage-ID: <${'x'.repeat(48)}@one.example>\r\nMIME-Version: 1.0\r\n\r\nWords.\r\n`,
    );
    expect(envelope).toMatchObject({ mailFrom: ANN, rcptTo: 'bob@one.example', receivedAt: h.state.now });
  });

  test('keeps what its author wrote, but nothing that only a receiver may say', async () => {
    const h = await house();
    const date = 'Date: Sat, 21 Nov 2026 10:00:00 +0100';
    await send(
      h,
      `Return-Path: <x@y>\nAuthentication-Results: mx; dkim=pass\nReceived: by old\nFrom: ann@one.example\nSender: bob@one.example\n${date}\nMessage-ID: <own@x>\nTo: bob@one.example\n\nx\n`,
    );
    expect((await placed(h))[0]?.text).toBe(
      `Received: by old\r\nFrom: ann@one.example\r\n${date}\r\nMessage-ID: <own@x>\r\nTo: bob@one.example\r\nMIME-Version: 1.0\r\n\r\nx\r\n`,
    );
  });

  test.each([
    ['nothing', '', 'bad-message'],
    ['no header', 'just words\n', 'bad-message'],
    ['two Froms', `From: ${ANN}\nFrom: ${ANN}\nTo: ${ANN}\n\nx`, 'bad-message'],
    ['two Message-IDs', `Message-ID: <a@x>\nMessage-ID: <b@x>\nTo: ${ANN}\n\nx`, 'bad-message'],
    [
      'an author hidden behind more than is read',
      `From: ${ANN},${' '.repeat(70_000)}bob@one.example\nTo: ${ANN}\n\nx`,
      'bad-message',
    ],
    [
      'an author hidden behind a comment',
      `From: (${ANN}) bob@one.example\nTo: ${ANN}\n\nx`,
      'from-not-allowed',
    ],
    ['nobody to go to', `From: ${ANN}\nTo: \n\nx`, 'no-recipients'],
    ['an empty group to go to', `From: ${ANN}\nTo: undisclosed-recipients:;\n\nx`, 'no-recipients'],
    ['another author', 'From: bob@one.example\nTo: ann@one.example\n\nx', 'from-not-allowed'],
    ['another author beside its own', `From: ${ANN}, bob@one.example\nTo: ${ANN}\n\nx`, 'from-not-allowed'],
    [
      'the same name in another tenant',
      'From: ann@two.example\nTo: ann@one.example\n\nx',
      'from-not-allowed',
    ],
    ['an author outside', 'From: ann@away.example\nTo: ann@one.example\n\nx', 'from-not-allowed'],
    ['more bytes than fit', `To: ${ANN}\n\n${'x'.repeat(100_000)}`, 'too-large'],
    [
      'bytes that do not fit any more when it is complete',
      `To: ${ANN}\n\n${'x'.repeat(99_900)}`,
      'too-large',
    ],
    [
      'recipients without end',
      `To: ${Array.from({ length: 501 }, (_, i) => `u${i}@x.example`)}\n\nx`,
      'too-many-recipients',
    ],
  ])('with %s is refused, and nothing of it is kept', async (_what, mime, reason) => {
    const h = await house();
    expect(await send(h, mime, { id: 'one' })).toEqual({ kind: 'refused', reason });
    expect(await keys(h, '')).toEqual([]);
    expect(await h.outbox.getEntry(h.sender(ANN).ref, 'one')).toBeNull();
  });

  test('may come from an alias or a tagged address of its author, while that is switched on', async () => {
    const h = await house();
    const alias = { address: 'sales@one.example', tenantId: 't1', userId: 'ann-t1', enabled: true };
    await h.directory.createAlias(alias);
    await h.directory.createAlias({ ...alias, address: 'ann+own@one.example', userId: 'bob-t1' });
    const from = (address: string) => send(h, MAIL.replace(ANN, address)).then((r) => r.kind);
    expect(await from('Sales@One.Example')).toBe('accepted');
    expect(await from('ann+tag@one.example')).toBe('accepted');
    expect((await placed(h))[0]?.envelope?.mailFrom).toBe('sales@one.example');
    // The nearest address decides, and that is Bob's.
    expect(await from('ann+own@one.example')).toBe('refused');
    await h.directory.setAliasEnabled('t1', 'sales@one.example', false);
    expect(await from('sales@one.example')).toBe('refused');
  });
});

describe('recipients', () => {
  test('each mailbox gets one copy, and blind-copy recipients are unknown to the others (I24)', async () => {
    const h = await house();
    await h.directory.createAlias({
      address: 'b@one.example',
      tenantId: 't1',
      userId: 'bob-t1',
      enabled: true,
    });
    await send(
      h,
      'From: ann@one.example\nTo: bob@one.example, B <b@one.example>\nBcc: bob@one.example, cid@one.example,\n\tbob@two.example\nResent-Bcc: z@x\nSubject: S\n\nx\n',
    );
    const copies = await placed(h);
    expect(copies.map((c) => [c.tenantId, c.mailboxId, c.envelope?.bcc ?? false])).toEqual([
      ['t1', 'bob-t1', false],
      ['t1', 'cid-t1', true],
      ['t2', 'bob-t2', true],
    ]);
    for (const { text } of copies) expect(text).not.toMatch(/bcc|cid@|two\.example/i);
  });

  test('the copy in Sent Items knows them', async () => {
    const h = await house();
    const result = await send(h, `Bcc: cid@one.example\n${MAIL}`, { save: true });
    const own = (await placed(h)).find((c) => c.envelope?.role === 'sent');
    expect(own?.mailboxId).toBe('ann-t1');
    expect(own?.text).toMatch(/^Bcc: cid@one\.example\r\n/m);
    const { key } = h.state.placed.find((j) => j.mailboxId === 'ann-t1') ?? { key: '' };
    expect(result).toEqual({ kind: 'accepted', itemId: key.slice(key.lastIndexOf('/') + 1, -'.eml'.length) });
  });

  test('those that cannot be reached are told to the sender, in one report', async () => {
    const h = await house();
    await h.directory.setUserStatus('t1', 'cid-t1', 'noMail');
    await h.directory.setQuota('t1', 'bob-t1', 10);
    await h.directory.createDomain({
      domain: 'shut.example',
      tenantId: 't2',
      catchAllUserId: null,
      enabled: false,
    });
    const to =
      'cid@one.example, bob@one.example, a@shut.example, no@one.example, x@away.example, "a b"@@x, Žofie <žofie@one.example>';
    await send(h, `From: ${ANN}\nTo: ${to}\nSubject: S\nMessage-ID: <orig@one.example>\n\nx\n`);
    const [report, ...others] = await placed(h);
    expect(others).toEqual([]);
    expect(report).toMatchObject({ mailboxId: 'ann-t1', envelope: { mailFrom: '', rcptTo: ANN } });
    const statuses = [
      ...(report?.text ?? '').matchAll(/^Final-Recipient: (.+)\r\nAction: failed\r\nStatus: (.+)\r$/gm),
    ];
    expect(statuses.map((m) => [m[1], m[2]])).toEqual([
      ['rfc822; cid@one.example', '5.2.1'],
      ['rfc822; bob@one.example', '5.2.2'],
      ['rfc822; a@shut.example', '5.7.1'],
      ['rfc822; no@one.example', '5.1.1'],
      ['rfc822; x@away.example', '5.4.4'],
      ['rfc822; ab@@x', '5.1.3'],
      ['utf-8; \\x{17E}ofie@one.example', '5.1.1'],
    ]);
    expect(report?.text).toContain('In-Reply-To: <orig@one.example>');
    expect(report?.text).toMatch(/text\/rfc822-headers[\s\S]+^Message-ID: <orig@one\.example>/m);
  });

  test('are remembered as people that were written to', async () => {
    const h = await house();
    await send(h, 'To: Bob <bob@one.example>, ann@one.example, x@away.example\n\nx');
    await Promise.all(h.state.deferred);
    const mailbox = h.mail.mailbox(h.sender(ANN).ref);
    const folder = await mailbox.folderByRole('recipientCache');
    const items = await mailbox.snapshot(folder?.folderId ?? '', 0, null, 10);
    const people = await mailbox.correspondents(items.map((i) => i.itemId));
    expect(people.map((p) => [p.address, p.name]).sort()).toEqual([
      ['bob@one.example', 'Bob'],
      ['x@away.example', ''],
    ]);
  });
});

describe('the same submission again (I16, I23)', () => {
  test('is not sent again, and nothing of it is left behind', async () => {
    const h = await house();
    expect((await send(h, MAIL, { id: 'one' })).kind).toBe('accepted');
    expect(await send(h, MAIL, { id: 'one' })).toEqual({ kind: 'already' });
    await Promise.all(h.state.deferred);
    expect(h.state.placed).toHaveLength(1);
    expect(await keys(h, 'outgoing/')).toEqual([]);
    expect(await h.outbox.getEntry(h.sender(ANN).ref, 'one')).toMatchObject({
      state: 'done',
      recipients: [{ address: 'bob@one.example', state: 'sent' }],
    });
  });

  test('is another submission when it is another user who sends it', async () => {
    const h = await house();
    await send(h, MAIL, { id: 'one' });
    expect((await send(h, 'To: cid@one.example\n\nx', { id: 'one', from: 'bob@one.example' })).kind).toBe(
      'accepted',
    );
    expect(h.state.placed).toHaveLength(2);
  });

  test('when the first one broke off before it was accepted, the first bytes are sent', async () => {
    const h = await house();
    h.state.broken.add('outbox.add');
    await expect(send(h, MAIL, { id: 'one' })).rejects.toThrow('outbox.add');
    expect(await keys(h, 'outgoing/')).toHaveLength(1);
    expect(h.state.placed).toEqual([]);
    h.state.broken.clear();
    h.state.now += 5000;
    expect((await send(h, MAIL, { id: 'one' })).kind).toBe('accepted');
    expect((await placed(h))[0]?.text).toContain('Date: Fri, 15 Jan 2027 08:00:00 +0000');
  });

  test('goes on with what the first one left open', async () => {
    const h = await house();
    h.state.broken.add('put for bob@one.example');
    expect((await send(h, MAIL, { id: 'one', save: true })).kind).toBe('accepted');
    expect(h.state.placed.map((j) => j.mailboxId)).toEqual(['ann-t1']);
    h.state.broken.clear();
    expect((await send(h, MAIL, { id: 'one', save: true })).kind).toBe('already');
    expect(new Set(h.state.placed.map((j) => j.key)).size).toBe(2);
    expect(h.state.placed.map((j) => j.mailboxId)).toContain('bob-t1');
  });
});

describe('what fails after it was accepted', () => {
  test('waits in the queue, or for the reconciler, when it could not be placed at once', async () => {
    const h = await house();
    h.state.broken.add('ingest');
    expect((await send(h)).kind).toBe('accepted');
    expect(h.queues.sent.ingest.map((j) => j.mailboxId)).toEqual(['bob-t1']);
    h.state.broken.add('queue');
    expect((await send(h)).kind).toBe('accepted');
    expect(await keys(h, 'blobs/')).toHaveLength(2);
  });

  test('is taken up again when nobody has touched it for a while', async () => {
    const h = await house();
    h.state.broken.add('put blobs');
    expect((await send(h, MAIL, { id: 'one' })).kind).toBe('accepted');
    h.state.broken.clear();
    expect(await h.outbound.resume('t1')).toBe(0);
    h.state.now += 61_000;
    expect(await h.outbound.resume('t2')).toBe(0);
    expect(await h.outbound.resume('t1')).toBe(1);
    expect((await placed(h)).map((c) => [c.mailboxId, c.envelope?.receivedAt])).toEqual([
      ['bob-t1', 1_800_000_000_000],
    ]);
    expect(await h.outbound.resume('t1')).toBe(0);
  });

  test('that its end could not be noted changes nothing for anybody', async () => {
    const h = await house();
    h.state.broken.add('outbox.update');
    expect((await send(h, MAIL, { id: 'one', save: true })).kind).toBe('accepted');
    h.state.broken.clear();
    expect(await h.outbound.resume('t1', { idleMs: -60_000 })).toBe(1);
    expect(new Set(h.state.placed.map((j) => j.key)).size).toBe(2);
    expect(await keys(h, 'blobs/')).toHaveLength(2);
  });

  test('decisions about recipients stand: a mailbox that has filled up since gets its copy', async () => {
    const h = await house();
    h.state.broken.add('put blobs');
    await send(h, MAIL, { id: 'one' });
    h.state.broken.clear();
    await h.directory.setQuota('t1', 'bob-t1', 1);
    await h.outbound.resume('t1', { idleMs: -60_000 });
    expect(h.state.placed.map((j) => j.mailboxId)).toEqual(['bob-t1']);
  });

  test('what was finished is forgotten after two weeks', async () => {
    const h = await house();
    await send(h, MAIL, { id: 'one' });
    h.state.now += 14 * 24 * 3_600_000 + 1;
    await h.outbound.resume('t1');
    expect(await h.outbox.getEntry(h.sender(ANN).ref, 'one')).toBeNull();
  });
});
