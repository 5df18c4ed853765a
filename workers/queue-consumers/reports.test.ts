import { describe, expect, test } from 'vitest';
import { answerReceipt, receiptRequestedBy, requestReceipt } from '../../core/automatic/reports/receipts.ts';
import { derivedId } from '../../core/mail/sending/ids.ts';
import { automaticWorld, indexOf } from '../../test/support/automatic-world.worker.ts';
import { buildMail } from '../../test/support/mail.ts';

const ANN = 'ann@one.example';
const ID = 'sent-1@one.example';

type World = Awaited<ReturnType<typeof automaticWorld>>;

/** What Ann sent to two people, as her Sent Items have it. */
async function withSent(messageId = ID) {
  const world = await automaticWorld();
  const raw = buildMail({
    ...{ from: ANN, to: 'Eve <eve@out.example>, dan@out.example', subject: 'Offer' },
    ...{ messageId: `<${messageId}>` },
  });
  const ref = world.refOf(ANN);
  const itemId = await derivedId(world.state.now, 'sent');
  const message = await world.services.reader.read(raw, {
    ...{ ref, itemId, rawKey: `blobs/t1/2027/01/15/${itemId}.eml`, receivedAt: world.state.now },
    ...{ folderRole: 'sent', isRead: true, isDraft: false },
  });
  await world.mailbox(ANN).insert(message);
  return { ...world, sentId: itemId };
}

interface Dsn {
  recipients: string[][];
  about?: string[];
  returned?: string;
  headers?: string[];
  type?: string;
}

function dsn({
  recipients,
  about = [],
  returned = `Message-ID: <${ID}>`,
  headers = [],
  type,
}: Dsn): Uint8Array {
  const kind = type ?? 'delivery-status';
  const lines = [
    ...[
      'From: MAILER-DAEMON@out.example',
      `To: ${ANN}`,
      'Subject: Undelivered',
      'MIME-Version: 1.0',
      ...headers,
    ],
    `Content-Type: multipart/report; report-type=${kind}; boundary=b`,
    ...['', '--b', 'Content-Type: text/plain', '', 'Sorry.', '--b', `Content-Type: message/${kind}`, ''],
    ...[...about, ''].slice(kind === 'delivery-status' ? 0 : 1),
    ...recipients.flatMap((group) => [...group, '']),
    ...['--b', 'Content-Type: text/rfc822-headers', '', returned, 'Subject: Offer', '', '--b--', ''],
  ];
  return new TextEncoder().encode(lines.join('\r\n'));
}

const ABOUT = ['Reporting-MTA: dns; out.example'];
const eveFailed = [
  'Final-Recipient: rfc822; Eve@OUT.example',
  'Action: failed',
  'Status: 5.1.1',
  'Diagnostic-Code: smtp; 550 5.1.1',
  '  no such user',
];

async function told(world: World & { sentId: string }, raw: Uint8Array, more = {}) {
  await world.receive('', ANN, raw, more);
  await world.settle(3);
  return world.mailbox(ANN).deliveryReports(world.sentId);
}

describe('a report on sent mail', () => {
  test('RFC 3464 marks the recipients of the sent item', async () => {
    const world = await withSent();
    const danLate = [
      'Original-Recipient: rfc822;dan@out.example',
      'Final-Recipient: rfc822; d@x',
      'Action: delayed',
    ];
    const reports = await told(
      world,
      dsn({ about: ABOUT, recipients: [eveFailed, [...danLate, 'Status: 4.4.1 (late)']] }),
    );
    expect(reports).toMatchObject([
      { recipient: 'dan@out.example', kind: 'delayed', status: '4.4.1', text: '' },
      { recipient: 'eve@out.example', kind: 'failed', status: '5.1.1', text: '550 5.1.1 no such user' },
    ]);
    const [arrived] = await world.folder(ANN);
    expect(arrived?.messageClass).toBe('REPORT.IPM.Note.NDR');
    expect(reports[0]?.reportId).toBe(arrived?.itemId);
  });

  test('finds the sent item by References and by the id of the envelope too', async () => {
    const none = { returned: 'X-Nothing: x', recipients: [eveFailed] };
    const byReference = await withSent();
    const inReply = [`References: <other@x> <${ID}>`];
    expect(await told(byReference, dsn({ ...none, about: ABOUT, headers: inReply }))).toHaveLength(1);
    const envelopeId = 'a1'.repeat(32);
    const byEnvelope = await withSent(`${envelopeId.slice(0, 48)}@one.example`);
    const about = [...ABOUT, `Original-Envelope-Id: ${envelopeId}`];
    expect(await told(byEnvelope, dsn({ ...none, about }))).toHaveLength(1);
  });

  test('of this installation is matched like any other', async () => {
    const world = await withSent();
    const reports = await told(world, dsn({ about: ABOUT, recipients: [eveFailed] }), { submitted: true });
    expect(reports).toHaveLength(1);
  });

  test('RFC 8098 says who has read it, and who has thrown it away', async () => {
    const world = await withSent();
    const mdn = (address: string, what: string) =>
      dsn({
        ...{ type: 'disposition-notification', returned: '' },
        recipients: [
          [
            ...['Reporting-UA: x', `Final-Recipient: rfc822; ${address}`, `Original-Message-ID: <${ID}>`],
            `Disposition: manual-action/MDN-sent-manually; ${what}`,
          ],
        ],
      });
    await told(world, mdn('eve@out.example', 'displayed'));
    const reports = await told(world, mdn('dan@out.example', 'deleted/error'));
    expect(reports.map(({ recipient, kind }) => [recipient, kind])).toEqual([
      ['dan@out.example', 'deleted'],
      ['eve@out.example', 'read'],
    ]);
  });

  test.each<[string, Dsn]>([
    [
      'names nobody it was sent to',
      { about: ABOUT, recipients: [['Final-Recipient: rfc822; x@y.example', 'Action: failed']] },
    ],
    [
      'names no message of the mailbox',
      { about: ABOUT, recipients: [eveFailed], returned: 'Message-ID: <x@y>' },
    ],
    ['has no recipients', { about: ABOUT, recipients: [] }],
    [
      'says nothing of what happened',
      { about: ABOUT, recipients: [['Final-Recipient: rfc822; eve@out.example']] },
    ],
  ])('A23 that %s changes nothing', async (_, forged) => {
    expect(await told(await withSent(), dsn(forged))).toEqual([]);
  });

  test('A22 about a message that came in is none, whatever its From says', async () => {
    const world = await automaticWorld();
    const raw = buildMail({ from: ANN, to: 'eve@out.example', messageId: '<spoofed@one.example>' });
    const itemId = await world.receive('x@out.example', ANN, raw);
    await world.settle();
    await told(
      { ...world, sentId: itemId },
      dsn({ about: ABOUT, recipients: [eveFailed], returned: 'Message-ID: <spoofed@one.example>' }),
    );
    expect(await world.mailbox(ANN).deliveryReports(itemId)).toEqual([]);
  });

  test('I10 that is broken or endless harms nobody', async () => {
    const world = await withSent();
    const many = Array.from({ length: 5000 }, () => eveFailed);
    expect(await told(world, dsn({ about: ABOUT, recipients: many }))).toHaveLength(1);
    await told(world, dsn({ recipients: [['\u0000::', 'Final-Recipient: ;;;', 'Action:']] }));
    expect(await world.folder(ANN)).toHaveLength(2);
  });
});

describe('a read receipt', () => {
  const asking = (more: string[] = ['Disposition-Notification-To: "Eve" <eve@out.example>']) =>
    buildMail({
      from: 'Eve <eve@out.example>',
      to: ANN,
      subject: 'Read this',
      messageId: '<ask@x>',
      headers: more,
    });

  async function arrived(raw: Uint8Array) {
    const world = await automaticWorld();
    const itemId = await world.receive('eve@out.example', ANN, raw);
    await world.settle();
    const answer = (disposition: 'displayed' | 'deleted' = 'displayed') =>
      answerReceipt(world.services, { ref: world.refOf(ANN), itemId, disposition, correlationId: 'c' });
    return { ...world, itemId, answer };
  }

  test('is never given by itself', async () => {
    const { left } = await arrived(asking());
    expect(left).toEqual([]);
  });

  test('RFC 8098 is given once, by hand', async () => {
    const { left, answer, mailbox, itemId } = await arrived(asking());
    expect(await answer()).toBe('sent');
    expect(await answer()).toBe('answered-before');
    expect(await answer('deleted')).toBe('answered-before');
    expect(left.map((l) => [l.mailFrom, l.to])).toEqual([['', 'eve@out.example']]);
    const [sent] = left;
    const index = indexOf(sent?.raw ?? new Uint8Array());
    expect(index.parts.map((p) => p.mediaType)).toEqual([
      ...['multipart/report', 'text/plain', 'message/disposition-notification', 'text/rfc822-headers'],
    ]);
    expect(index.parts[0]?.params['report-type']).toBe('disposition-notification');
    expect(index).toMatchObject({
      autoSubmitted: 'auto-replied',
      inReplyTo: ['ask@x'],
      subject: 'Read: Read this',
    });
    expect(sent?.text).toContain('Disposition: manual-action/MDN-sent-manually; displayed');
    expect(sent?.text).toContain('Original-Message-ID: <ask@x>');
    expect(await mailbox(ANN).deliveryReports(itemId)).toMatchObject([{ kind: 'answered' }]);
  });

  test('ends where it began: who asked for it sees that it was read', async () => {
    const world = await automaticWorld();
    const asked = requestReceipt(
      buildMail({ from: 'bob@one.example', to: ANN, messageId: '<local@one.example>' }),
      { name: 'Bob', address: 'bob@one.example' },
    );
    expect(receiptRequestedBy(indexOf(asked))).toEqual({ name: 'Bob', address: 'bob@one.example' });
    const bob = world.refOf('bob@one.example');
    const sentId = await derivedId(1, 'bob');
    const copy = await world.services.reader.read(asked, {
      ...{ ref: bob, itemId: sentId, rawKey: `blobs/t1/2027/01/15/${sentId}.eml`, receivedAt: 1 },
      ...{ folderRole: 'sent', isRead: true, isDraft: false },
    });
    await world.mailbox('bob@one.example').insert(copy);
    await world.send('bob@one.example', ANN, asked);
    await world.settle();
    const [message] = await world.folder(ANN);
    const answer = {
      ref: world.refOf(ANN),
      itemId: message?.itemId ?? '',
      disposition: 'displayed' as const,
    };
    expect(await answerReceipt(world.services, { ...answer, correlationId: 'c' })).toBe('sent');
    await world.settle();
    expect(await world.mailbox('bob@one.example').deliveryReports(sentId)).toMatchObject([
      { recipient: ANN, kind: 'read' },
    ]);
  });

  test.each<[string, string[]]>([
    ['nobody asks for', []],
    ['two addresses ask for', ['Disposition-Notification-To: eve@out.example, victim@y.example']],
    [
      'two fields ask for',
      ['Disposition-Notification-To: a@x.example', 'Disposition-Notification-To: b@x.example'],
    ],
  ])('that %s is not given', async (_, headers) => {
    const { answer, left } = await arrived(asking(headers));
    expect(await answer()).toBe('not-asked');
    expect(left).toEqual([]);
  });

  test('A30 of another mailbox is no such message', async () => {
    const { services, itemId, refOf } = await arrived(asking());
    const other = {
      ref: refOf('bob@one.example'),
      itemId,
      disposition: 'displayed' as const,
      correlationId: 'c',
    };
    await expect(answerReceipt(services, other)).rejects.toMatchObject({ code: 'not-found' });
  });
});
