import { describe, expect, test } from 'vitest';
import { rewriteHeader } from '../../codecs/mime/edit/index.ts';
import { decodeTextPart, type MessageIndex, MimeIndexer } from '../../codecs/mime/index.ts';
import { sweepLinks } from '../../core/links/sweep.ts';
import { createMemoryBlobStore, createMemoryStores } from '../../store/memory/index.ts';
import type { WholeMessage } from '../prepare.ts';
import { keysOf, linkLargeAttachments } from './index.ts';
import { indexOf, removableParts } from './rewrite.ts';

const REF = { tenantId: 't1', mailboxId: 'm1', shard: 'MAIL_1' };
const ENTRY = { ref: REF, submissionId: 's1', mailFrom: 'ann@one.example', correlationId: 'c' };
const FILE = Buffer.alloc(30_000, 'x')
  .toString('base64')
  .replace(/(.{76})/g, '$1\r\n');
const SMALL = Buffer.alloc(300, 'y')
  .toString('base64')
  .replace(/(.{76})/g, '$1\r\n');
const HEAD =
  'From: ann@one.example\r\nTo: bob@two.example\r\nSubject: Zpráva\r\nMessage-ID: <a@b>\r\nMIME-Version: 1.0\r\n';

const attachment = (name: string, content = FILE, type = 'application/pdf') =>
  `Content-Type: ${type}\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${content}`;
const mixed = (...parts: string[]) =>
  `${HEAD}Content-Type: multipart/mixed; boundary="b"\r\n\r\n${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`;
const TEXT =
  'Content-Type: text/plain; charset=iso-8859-2\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nDobr=FD den,=20\r\n--=20\r\nAnn';
const HTML =
  'Content-Type: text/html; charset=utf-8\r\nContent-ID: <root@x>\r\n\r\n<html><body><p>Dobrý den</p></BODY></html>';
const BOTH = `Content-Type: multipart/alternative; boundary="a"\r\n\r\n--a\r\n${TEXT}\r\n--a\r\n${HTML}\r\n--a--`;

function whole(text: string): WholeMessage {
  return rewriteHeader(Buffer.from(text, 'utf8'), new Set(), []);
}

async function house(on = true) {
  const state = { now: 1_800_000_000_000 };
  const { directory, links } = createMemoryStores();
  const blobs = createMemoryBlobStore(() => state.now);
  if (on) await directory.putTenantSetting('t1', 'attachmentLinks', true);
  const services = {
    ...{ directory, blobs, links, now: () => state.now },
    ...{ filesUrl: 'https://files.one.example', linkDays: 14 },
  };
  const link = (text: string, maxBytes = 20_000, entry = ENTRY) =>
    linkLargeAttachments(services, entry, whole(text), maxBytes);
  return { state, links, blobs, services, link };
}

function read(message: WholeMessage | null) {
  if (message === null) throw new Error('nothing was made');
  const raw = Buffer.concat(message);
  const indexer = new MimeIndexer();
  indexer.write(raw);
  const index = indexer.end();
  const text = (n: number | null) => {
    const part = n === null ? undefined : index.parts[n];
    return part === undefined
      ? null
      : decodeTextPart(raw.subarray(part.bodyStart, part.bodyEnd), part, { unwrap: false }).text;
  };
  return { raw, index, plain: text(index.bodyText), html: text(index.bodyHtml), names: namesOf(index) };
}

function namesOf(index: MessageIndex) {
  return index.attachments.map((n) => index.parts[n]?.name);
}

const URLS = /https:\/\/files\.one\.example\/files\/(t1\.[\w-]{43})/g;

describe('attachments that are too large', () => {
  test('become links in the text and in the HTML, as few as will do, and everything else stays', async () => {
    const { link, links } = await house();
    const made = read(await link(mixed(BOTH, attachment('small.pdf', SMALL), attachment('large <b>.pdf'))));
    expect(made.raw.length).toBeLessThan(12_000);
    expect(made.index.degraded).toEqual([]);
    expect(made.names).toEqual(['small.pdf']);
    expect(made.plain).toContain('Dobrý den, \r\n-- \r\nAnn\r\n\r\nFiles of this message');
    expect(made.plain).toContain(
      'until 2027-01-29 (UTC):\r\n\r\nlarge <b>.pdf (30 kB)\r\nhttps://files.one.example/files/t1.',
    );
    expect(made.html).toMatch(/Dobrý den<\/p><div>.*large &#60;b&#62;\.pdf<\/a> \(30 kB\).*<\/div><\/BODY>/);
    expect(made.raw.toString('utf8')).toContain('Subject: Zpráva\r\n');
    expect(made.raw.toString()).toContain('Content-ID: <root@x>\r\nContent-Type: text/html');
    const tokens = [made.plain, made.html].flatMap((text) =>
      [...(text ?? '').matchAll(URLS)].map((m) => m[1]),
    );
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
    const [kept] = await links.listLinks('t1', null, 10);
    expect(kept).toMatchObject({
      name: 'large <b>.pdf',
      size: 30_000,
      endsAt: 1_801_209_600_000,
      revoked: false,
    });
    expect(JSON.stringify(kept)).not.toContain(tokens[0]?.slice(3));
  });

  test('are kept as ranges of the whole message', async () => {
    const { link, links, blobs } = await house();
    await link(mixed(TEXT, attachment('a.pdf')));
    const [kept] = await links.listLinks('t1', null, 10);
    const range = await blobs.readRange(kept?.rawKey ?? '', kept?.bodyStart ?? 0, kept?.bodyEnd ?? 0);
    expect(Buffer.from(Buffer.from(range ?? []).toString(), 'base64').equals(Buffer.alloc(30_000, 'x'))).toBe(
      true,
    );
  });

  test('go the largest first', async () => {
    const { link, links } = await house();
    const middle = Buffer.alloc(20_000, 'z').toString('base64');
    const files = [attachment('middle.bin', middle), attachment('large.bin'), attachment('small.bin', SMALL)];
    expect(read(await link(mixed(TEXT, ...files), 60_000)).names).toEqual(['middle.bin', 'small.bin']);
    const other = { ...ENTRY, submissionId: 's2' };
    expect(read(await link(mixed(TEXT, ...files), 20_000, other)).names).toEqual(['small.bin']);
    expect((await links.listLinks('t1', null, 10)).map((l) => l.name).sort()).toEqual([
      'large.bin',
      'large.bin',
      'middle.bin',
    ]);
  });

  test('leave a text of their own where the message has none', async () => {
    const { link } = await house();
    const made = read(await link(mixed(attachment('a.pdf'), attachment('b.pdf', SMALL))));
    expect(made.plain).toContain('a.pdf (30 kB)');
    expect(made.names).toEqual(['b.pdf']);
    const all = read(await link(mixed(attachment('a.pdf')), 20_000, { ...ENTRY, submissionId: 's2' }));
    expect(all.plain).toContain('a.pdf');
    expect(all.names).toEqual([]);
  });

  test('that are the message itself leave nothing but the notice', async () => {
    const { link } = await house();
    const made = read(await link(`${HEAD}${attachment('a.pdf')}`));
    expect(made.plain).toContain('a.pdf (30 kB)');
    expect(made.names).toEqual([]);
    expect(made.raw.toString()).not.toContain('application/pdf');
    expect(made.raw.toString('utf8')).toContain('Message-ID: <a@b>');
  });

  test('give the same message at every attempt, and when two attempts meet', async () => {
    const { link, links, state } = await house();
    const raw = mixed(TEXT, attachment('a.pdf'));
    const [first, second] = await Promise.all([link(raw), link(raw)]);
    state.now += 3_600_000;
    const later = await link(raw, 1_000_000);
    expect(Buffer.concat(first ?? [])).toEqual(Buffer.concat(second ?? []));
    expect(Buffer.concat(first ?? [])).toEqual(Buffer.concat(later ?? []));
    // Of the one that came second nobody knows the token.
    expect((await links.listLinks('t1', null, 10)).length).toBeLessThanOrEqual(2);
  });

  test('have one name on one line, whatever the sender called them', async () => {
    const { link } = await house();
    const name = 'a\u202efdp.exe';
    const encoded = `=?utf-8?B?${Buffer.from(name).toString('base64')}?=`;
    const made = read(await link(mixed(TEXT, attachment(encoded))));
    expect(made.plain).toContain('a fdp.exe (30 kB)');
  });
});

describe('a message stays as it is', () => {
  const signed = `${HEAD}Content-Type: multipart/signed; boundary="b"; protocol="application/pgp-signature"\r\n\r\n--b\r\n${attachment('a.pdf')}\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n`;
  test.each([
    ['when it is signed', signed],
    ['when it is encrypted', `${HEAD}${attachment('smime.p7m', FILE, 'application/pkcs7-mime')}`],
    [
      'when something in it is signed',
      mixed(
        TEXT,
        attachment('a.pdf'),
        `Content-Type: multipart/signed; boundary="c"\r\n\r\n--c\r\n\r\nx\r\n--c--`,
      ),
    ],
    ['when its parts are broken', mixed(TEXT, attachment('a.pdf')).replace('--b--\r\n', '')],
    ['when only its text is long', `${HEAD}\r\n${'text\r\n'.repeat(8000)}`],
    [
      'when its picture is shown in the text',
      mixed(
        `Content-Type: multipart/related; boundary="r"\r\n\r\n--r\r\n${HTML.replace('<p>', '<img src="cid:i"><p>')}\r\n--r\r\nContent-ID: <i>\r\n${attachment('i.png', FILE, 'image/png').replace('attachment', 'inline')}\r\n--r--`,
      ),
    ],
    [
      'when nothing would be small enough',
      mixed(`Content-Type: text/plain\r\n\r\n${'text\r\n'.repeat(8000)}`, attachment('a.pdf')),
    ],
  ])('%s', async (_, raw) => {
    const { link, links, blobs } = await house();
    expect(await link(raw)).toBeNull();
    expect(await links.listLinks('t1', null, 10)).toEqual([]);
    expect((await blobs.list('links/', null, 10)).objects).toEqual([]);
  });

  test('when its tenant does not want links', async () => {
    const { link } = await house(false);
    expect(await link(mixed(TEXT, attachment('a.pdf')))).toBeNull();
  });

  test('a part that is shown is no candidate', () => {
    expect(removableParts(indexOf(whole(mixed(TEXT, attachment('a.pdf'))))).map((p) => p.name)).toEqual([
      'a.pdf',
    ]);
    expect(removableParts(indexOf(whole(mixed(TEXT))))).toEqual([]);
  });
});

describe('what is kept for links', () => {
  test('goes when the last of them has ended', async () => {
    const { link, links, blobs, services, state } = await house();
    await link(mixed(TEXT, attachment('a.pdf'), attachment('b.pdf')));
    const keys = keysOf(ENTRY);
    const [one, two] = await links.listLinks('t1', null, 10);
    await links.revokeLink('t1', one?.linkId ?? '', state.now);
    state.now += 1;
    expect(await sweepLinks(services, 't1')).toBe(0);
    await links.revokeLink('t1', two?.linkId ?? '', state.now);
    state.now += 1;
    expect(await sweepLinks(services, 't1')).toBe(1);
    expect(await blobs.head(keys.whole)).toBeNull();
    expect(await blobs.head(keys.sent)).toBeNull();
    expect(await links.findLink('t1', one?.tokenHash ?? '')).not.toBeNull();
    state.now += 366 * 86_400_000;
    expect(await sweepLinks(services, 't1')).toBe(0);
    expect(await links.listLinks('t1', null, 10)).toEqual([]);
  });
});
