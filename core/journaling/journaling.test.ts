import { describe, expect, it } from 'vitest';
import { MimeIndexer } from '../../codecs/mime/index.ts';
import { createMemoryBlobStore } from '../../store/memory/blobs.ts';
import { groupSubmissionId } from '../groups/submission.ts';
import type { Submission, SubmitResult } from '../ports/outbound.ts';
import type { OutboxEntry } from '../ports/outbox.ts';
import type { AuditJob } from '../ports/queues.ts';
import { journalArrival } from './arrival.ts';
import { journalReport } from './report.ts';
import type { JournalServices } from './services.ts';
import { isJournaled, isJournalPrefix, readJournaling } from './settings.ts';
import { journalFailed, journalSubmission } from './submission.ts';

const AT = Date.UTC(2026, 10, 21, 12);
const ref = { tenantId: 't1', mailboxId: 'ann', shard: 'MAIL_1' };
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

const RAW = [
  'From: Ann <ann@example.test>',
  'To: Bob <bob@example.test>',
  'Cc: carol@elsewhere.test',
  'Subject: =?utf-8?B?xb1sdcWl?=',
  'Message-ID: <m1@example.test>',
  '',
  'hello',
  '',
].join('\r\n');

function world(setting: unknown) {
  const blobs = createMemoryBlobStore(() => AT);
  const w = {
    submitted: [] as Submission[],
    audit: [] as AuditJob[],
    errors: [] as string[],
    answer: { kind: 'accepted', itemId: null } as SubmitResult,
    entry: null as OutboxEntry | null,
  };
  const services = {
    directory: {
      getTenantSetting: async () => setting,
      getUser: async (tenantId: string, userId: string) => ({
        tenant: { tenantId },
        user: { userId, address: `${userId}@example.test` },
      }),
      getDomain: async (domain: string) =>
        domain === 'example.test' ? { tenantId: 't1' } : domain === 'other.test' ? { tenantId: 't2' } : null,
    },
    blobs,
    outbound: {
      submit: async (one: Submission) => {
        w.submitted.push(one);
        return w.answer;
      },
      get: async () => w.entry,
    },
    queues: { audit: async (jobs: AuditJob[]) => void w.audit.push(...jobs) },
    log: { info() {}, error: (event: string) => void w.errors.push(event) },
  } as unknown as JournalServices;
  const keys = async () => (await blobs.list('journal/', null, 100)).objects.map((o) => o.key);
  const read = async (key: string) => {
    const object = await blobs.open(key);
    return object === null ? null : new Response(object.stream).text();
  };
  const entry = (over: object = {}) =>
    ({
      ...{ submissionId: 'abc', ref, mailFrom: 'ann@example.test', createdAt: AT, correlationId: 'c' },
      recipients: [
        { address: 'bob@example.test', bcc: false, mailbox: { ...ref, mailboxId: 'bob' } },
        { address: 'carol@elsewhere.test', bcc: false, mailbox: null },
        { address: 'dora@elsewhere.test', bcc: true, mailbox: null },
      ],
      ...over,
    }) as unknown as OutboxEntry;
  const arrive = async (over: object = {}, raw = RAW) => {
    const envelope = {
      ...ref,
      ...{ mailFrom: 'eve@elsewhere.test', rcptTo: 'ann@example.test', receivedAt: AT },
      ...{ rawSize: raw.length, correlationId: 'c', authResults: '', ...over },
    };
    const rawKey = `blobs/t1/${crypto.randomUUID()}.eml`;
    await blobs.putRaw(rawKey, new Response(bytes(raw)).body ?? new ReadableStream(), envelope);
    const settings = readJournaling(setting);
    if (settings === null) throw new Error('no setting');
    await journalArrival(services, settings, { ref, itemId: 'i1', rawKey, correlationId: 'c' });
  };
  return { w, services, keys, read, entry, arrive };
}

describe('what is sent', () => {
  it('is kept as objects with everybody it goes to, once, however often it is tried', async () => {
    const { services, keys, read, entry } = world({ to: null, r2: { lockDays: 10 }, scope: 'all' });
    const half = RAW.indexOf('hello');
    const message = [bytes(RAW.slice(0, half)), bytes(RAW.slice(half))];
    await journalSubmission(services, entry(), message);
    await journalSubmission(services, entry(), message);
    const [eml = '', json = ''] = await keys();
    expect(await keys()).toHaveLength(2);
    expect(eml).toMatch(/^journal\/t1\/2026\/11\/21\/[0-9a-z]{26}\.eml$/);
    expect(await read(eml)).toBe(RAW);
    expect(JSON.parse((await read(json)) ?? '')).toMatchObject({
      ...{
        v: 1,
        direction: 'out',
        sender: 'ann@example.test',
        subject: 'Žluť',
        messageId: 'm1@example.test',
      },
      ...{ tenantId: 't1', mailboxId: 'ann', at: AT, lockedUntil: AT + 10 * 86_400_000 },
      recipients: [
        { address: 'bob@example.test', by: 'to' },
        { address: 'carol@elsewhere.test', by: 'cc' },
        { address: 'dora@elsewhere.test', by: 'bcc' },
      ],
    });
  });

  it('is reported with a null return path, under an id that is never journaled itself', async () => {
    const { w, services, entry } = world({ to: 'vault@archive.test' });
    await journalSubmission(services, entry(), [bytes(RAW)]);
    const [sent] = w.submitted;
    expect(sent?.automatic).toEqual({ mailFrom: '', recipients: ['vault@archive.test'], uncounted: true });
    expect(sent?.submissionId).toMatch(/^journal-/);
    await journalSubmission(services, entry({ submissionId: sent?.submissionId }), [bytes(RAW)]);
    await journalSubmission(services, entry(), [bytes(RAW)]);
    expect(w.submitted.map((one) => one.submissionId)).toEqual([sent?.submissionId, sent?.submissionId]);
  });

  it('by a group to members outside is reported in the name of the postmaster, a group being no user', async () => {
    const { w, services, entry } = world({ to: 'vault@archive.test' });
    services.directory.getUser = async () => null;
    const group = { ...ref, mailboxId: 'g1' };
    const submissionId = await groupSubmissionId(group, 'a message');
    const passed = entry({
      submissionId,
      ref: group,
      fromDomain: 'example.test',
      mailFrom: 'eve@elsewhere.test',
    });
    await journalSubmission(services, passed, [bytes(RAW)]);
    expect(w.submitted).toMatchObject([
      { sender: { ref: group }, automatic: { recipients: ['vault@archive.test'] } },
    ]);
    expect(w.audit).toEqual([]);
  });

  it('that cannot be reported is kept all the same, and somebody is told', async () => {
    for (const fault of ['refused', 'failed'] as const) {
      const { w, services, entry, keys } = world({ to: 'vault@archive.test' });
      if (fault === 'refused') w.answer = { kind: 'refused', reason: 'too-large' };
      else {
        const failed = { state: 'failed', failure: { status: '5.1.1', text: 'unknown' } };
        w.entry = { recipients: [failed] } as unknown as OutboxEntry;
      }
      await journalSubmission(services, entry(), [bytes(RAW)]);
      expect(await keys()).toHaveLength(2);
      expect((await keys())[0]).toMatch(/^journal\/undelivered\/t1\//);
      expect(w.audit).toMatchObject([{ action: 'journal.undelivered', outcome: 'error' }]);
      expect(w.errors).toEqual(['journal.undelivered']);
    }
  });

  it('a report that fails later is told of, and no other submission', async () => {
    const { w, services, entry } = world({ to: 'vault@archive.test' });
    const recipients = [{ address: 'vault@archive.test', state: 'failed', failure: null }];
    await journalFailed(services, entry({ recipients }));
    expect(w.audit).toEqual([]);
    await journalFailed(services, entry({ submissionId: 'journal-x1', recipients }));
    expect(w.audit).toMatchObject([{ eventId: 'journal-x1', action: 'journal.undelivered' }]);
  });
});

describe('what comes in', () => {
  it('is reported with its envelope, and by the field that names the recipient', async () => {
    for (const [rcptTo, by] of [
      ['bob@example.test', 'To'],
      ['CAROL@elsewhere.test', 'Cc'],
      ['ann@example.test', 'Recipient'],
    ] as const) {
      const { w, arrive } = world({ to: 'vault@archive.test' });
      await arrive({ rcptTo });
      const report = w.submitted[0]?.raw ?? new Uint8Array();
      const indexer = new MimeIndexer();
      indexer.write(report);
      const { parts, subject } = indexer.end();
      expect(subject).toBe('Žluť');
      const [body, attached] = parts.filter((p) => !p.mediaType.startsWith('multipart/'));
      const said = text(report.subarray(body?.bodyStart, body?.bodyEnd)).trim();
      const lines = text(Uint8Array.from(atob(said), (c) => c.charCodeAt(0))).split('\r\n');
      expect(lines).toEqual([
        ...['Sender: eve@elsewhere.test', 'Subject: Žluť', 'Message-ID: <m1@example.test>'],
        ...[`${by}: ${rcptTo.toLowerCase()}`, ''],
      ]);
      expect(attached?.mediaType).toBe('message/rfc822');
      expect(text(report.subarray(attached?.bodyStart, attached?.bodyEnd))).toBe(RAW);
    }
  });

  it('from the tenant’s own users was journaled when it left; from another tenant it was not', async () => {
    const { w, arrive } = world({ to: 'vault@archive.test' });
    await arrive({ submitted: true, mailFrom: 'bob@example.test' });
    await arrive({ submitted: true, mailFrom: '' });
    expect(w.submitted).toEqual([]);
    // Without the mark of a submission anybody can write what they like.
    await arrive({ mailFrom: 'bob@example.test' });
    await arrive({ submitted: true, mailFrom: 'zoe@other.test' });
    expect(w.submitted).toHaveLength(2);
  });

  it('two journals of one installation do not report each other’s reports', async () => {
    const { w, arrive } = world({ to: 'vault@archive.test' });
    const facts = {
      id: 'x',
      at: AT,
      direction: 'in',
      sender: 'a@b.test',
      subject: 's',
      messageId: null,
    } as const;
    const to = { from: 'postmaster@other.test', to: 'ann@example.test' };
    const report = text(journalReport({ ...facts, recipients: [] }, bytes(RAW), to));
    await arrive({ submitted: true, mailFrom: '' }, report);
    expect(w.submitted).toEqual([]);
    // From outside the field hides nothing.
    await arrive({ mailFrom: '' }, report);
    expect(w.submitted).toHaveLength(1);
  });
});

describe('a journal report', () => {
  const facts = {
    id: 'x',
    at: AT,
    direction: 'in',
    sender: 'a@b.test',
    subject: 's',
    messageId: null,
  } as const;
  const way = { from: 'postmaster@b.test', to: 'v@c.test' };
  const attachedOf = (raw: Uint8Array) => {
    const report = journalReport({ ...facts, recipients: [] }, raw, way);
    const indexer = new MimeIndexer();
    indexer.write(report);
    const part = indexer.end().parts.at(-1);
    return { part, content: report.subarray(part?.bodyStart, part?.bodyEnd) };
  };

  it.each([
    ['a bare LF', 'Subject: x\n\nhello\n'],
    ['a bare CR', 'Subject: x\r\n\r\nhel\rlo\r\n'],
    ['a NUL', 'Subject: x\r\n\r\nhel\0lo\r\n'],
    ['a line of 999 bytes', `Subject: x\r\n\r\n${'x'.repeat(999)}\r\n`],
    ['a last line of 999 bytes', `Subject: x\r\n\r\n${'x'.repeat(999)}`],
  ])('has a message with %s as a file, byte for byte', (_, raw) => {
    const { part, content } = attachedOf(bytes(raw));
    expect(part).toMatchObject({ mediaType: 'application/octet-stream', encoding: 'base64' });
    expect(atob(text(content).replace(/\s/g, ''))).toBe(raw);
  });

  it('has any other message as it is, also one of 8 bits and lines of 998', () => {
    const raw = `Subject: x\r\n\r\n${'ž'.repeat(499)}\r\n`;
    const { part, content } = attachedOf(bytes(raw));
    expect(part).toMatchObject({ mediaType: 'message/rfc822', encoding: '8bit' });
    expect(text(content)).toBe(raw);
  });

  it('cannot be given more lines by a subject or an address', () => {
    const forged = { ...facts, subject: 'x\r\nBcc: evil@x.test', sender: 'a@b.test' };
    const report = text(
      journalReport({ ...forged, recipients: [{ address: 'a@b\r\nSender: z', by: 'to' }] }, bytes(RAW), way),
    );
    expect(report.split('\r\n\r\n')[0]).not.toMatch(/^Bcc/m);
  });
});

describe('the setting', () => {
  it('reads a damaged one as more rather than less, and nothing as nothing', () => {
    for (const nothing of [null, 7, {}, { to: 5 }, { to: 'x', r2: null }])
      expect(readJournaling(nothing)).toBeNull();
    expect(
      readJournaling({ r2: { prefix: '../blobs/', lockDays: -1 }, scope: 'some', users: 'ann' }),
    ).toEqual({
      ...{ to: null, r2: { prefix: 'journal/', lockDays: null }, scope: 'all', users: null },
    });
    for (const bad of ['blobs/', 'journal', '/journal/', 'journal/../x/', 'journal//']) {
      expect(isJournalPrefix(bad)).toBe(false);
    }
    expect(isJournalPrefix('journal/legal/')).toBe(true);
  });

  it.each([
    [{}, { userIds: ['a'], external: true }, true],
    [{ scope: 'external' }, { userIds: ['a'], external: true }, true],
    [{ scope: 'external' }, { userIds: ['a'], external: false }, false],
    [{ scope: 'internal' }, { userIds: ['a'], external: true }, false],
    [{ scope: 'internal' }, { userIds: ['a'], external: false }, true],
    [{ users: ['b'] }, { userIds: ['a'], external: true }, false],
    [{ users: ['b'] }, { userIds: ['a', 'b'], external: true }, true],
    [{ users: [] }, { userIds: ['a'], external: true }, false],
  ])('%j with %j: %s', (over, parties, journaled) => {
    const settings = readJournaling({ to: 'v@x.test', ...over });
    expect(settings !== null && isJournaled(settings, parties)).toBe(journaled);
  });
});
