import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataMethods } from '../../../data-client/index.ts';
import { bytesOf, dataClient, failure, INTERNAL_TOKENS, scopeOf, textOf } from '../../support/data-client.ts';
import { type InProcess, startInProcess } from '../../support/in-process/index.ts';

const BLOB = Uint8Array.from({ length: 3000 }, (_, n) => n % 251);

function mail(n: number, more = ''): string {
  return `From: Bob <bob@far.example>\r\nTo: ann@data.example\r\nSubject: Number ${n}\r\nMessage-ID: <n${n}@far.example>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n${more}\r\nText ${n}.\r\n`;
}

const WITH_FILE = [
  'From: Bob <bob@far.example>\r\nTo: ann@data.example\r\nSubject: File\r\nMessage-ID: <file@far.example>',
  'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee it.',
  `--b\r\nContent-Type: application/x-test\r\nContent-Disposition: attachment; filename="a b.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(BLOB).toString('base64')}\r\n--b--\r\n`,
].join('\r\n');

describe('messages of the data service', () => {
  let server: InProcess;
  let client: DataMethods;
  let ann: { tenant: string; user: string };

  beforeAll(async () => {
    server = await startInProcess({ vars: { INTERNAL_TOKENS } });
    ann = scopeOf(await server.addUser('ann@data.example', 'secret-ann-1'));
    await server.addUser('bob@data.example', 'secret-bob-1');
    client = dataClient(server).client;
  });
  afterAll(() => server.stop());

  it('are listed newest first in pages, and what changed afterwards is told', async () => {
    for (let n = 0; n < 5; n++) await server.email('bob@far.example', 'ann@data.example', mail(n));
    await server.drain();
    const first = await client.listEmails({ ...ann, limit: 3 });
    expect(first.items.map((one) => one.subject)).toHaveLength(3);
    const second = await client.listEmails({ ...ann, limit: 3, cursor: first.cursor ?? '' });
    const all = [...first.items, ...second.items];
    expect([second.cursor, new Set(all.map((one) => one.id)).size]).toEqual([null, 5]);
    expect(all[0]).toMatchObject({
      from: [{ name: 'Bob', address: 'bob@far.example' }],
      ...{ isRead: false, flag: null, attachments: 0, sentAt: Date.UTC(2026, 10, 21, 10) },
    });
    const since = first.modseq;
    expect(await client.listEmailChanges({ ...ann, since })).toMatchObject({ changed: [], removed: [] });
    const [a, b, c] = all.map((one) => one.id) as [string, string, string];
    await client.patchEmail({ ...ann, id: a, isRead: true });
    await client.deleteEmail({ ...ann, id: b });
    await client.patchEmail({ ...ann, id: c, folder: 'archive' });
    await client.patchEmail({ ...ann, id: c, folder: 'inbox' });
    const news = await client.listEmailChanges({ ...ann, since });
    expect(news.changed.map((one) => one.id).sort()).toEqual([a, c].sort());
    expect(news.removed).toEqual([b]);
    expect((await client.listEmailChanges({ ...ann, since: news.modseq })).changed).toEqual([]);
    const pages: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await client.listEmailChanges({
        ...ann,
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      });
      pages.push(...page.changed.map((one) => one.id));
      if (page.cursor === null) break;
      cursor = page.cursor;
    }
    expect(new Set(pages).size).toBe(4);
  });

  it('are read with their texts, their very bytes and their files, also in parts', async () => {
    const raw = bytesOf(WITH_FILE);
    const made = await client.importEmail({
      ...ann,
      raw,
      folder: 'archive',
      isRead: true,
      categories: ['Red', 'Blue'],
    });
    const { id } = made;
    expect(made.outcome).toBe('imported');
    const email = await client.getEmail({ ...ann, id, bodies: 'both' });
    expect(email).toMatchObject({ isRead: true, categories: ['Red', 'Blue'], attachments: 1, html: null });
    expect(email.text).toEqual({ value: 'See it.', truncated: false });
    expect((await client.getEmail({ ...ann, id, bodies: 'text', maxBodyBytes: 3 })).text).toEqual({
      ...{ value: 'See', truncated: true },
    });
    const whole = await client.getEmailRaw({ ...ann, id });
    expect([whole.mediaType, whole.size]).toEqual(['message/rfc822', raw.length]);
    expect(await textOf(whole.body)).toBe(WITH_FILE);
    const { attachments } = await client.listAttachments({ ...ann, id });
    expect(attachments).toMatchObject([
      { name: 'a b.bin', mediaType: 'application/x-test', size: BLOB.length },
    ]);
    const no = attachments[0]?.no ?? -1;
    const file = await client.getAttachment({ ...ann, id, no });
    expect([file.name, file.mediaType]).toEqual(['a b.bin', 'application/x-test']);
    expect(Buffer.from(await new Response(file.body).arrayBuffer()).equals(BLOB)).toBe(true);
    const part = await client.getAttachment({ ...ann, id, no, range: 'bytes=1000-1999' });
    expect([part.start, part.end, part.size]).toEqual([1000, 2000, 3000]);
    expect(Buffer.from(await new Response(part.body).arrayBuffer()).equals(BLOB.subarray(1000, 2000))).toBe(
      true,
    );
    expect(await failure(client.getAttachment({ ...ann, id, no, range: 'bytes=3000-' }))).toEqual([
      ...['INVALID_ARGUMENT', 416],
    ]);
    expect(await failure(client.getAttachment({ ...ann, id, no: 99 }))).toEqual(['NOT_FOUND', 404]);
    // The text of a message is none of its files.
    expect(await failure(client.getAttachment({ ...ann, id, no: 1 }))).toEqual(['NOT_FOUND', 404]);
  });

  it('come in once under a key', async () => {
    const given = { ...ann, raw: bytesOf(mail(77)), key: 'import-77' };
    const first = await client.importEmail(given);
    const again = await client.importEmail(given);
    expect([first.outcome, again.outcome, again.id]).toEqual(['imported', 'present', first.id]);
    expect((await client.importEmail({ ...given, key: 'import-78' })).id).not.toBe(first.id);
  });

  it('are marked, moved and deleted, as long as they are the version that is meant', async () => {
    const { id, modseq } = await client.importEmail({ ...ann, raw: bytesOf(mail(90)) });
    const marked = await client.patchEmail({
      ...ann,
      id,
      ifMatch: modseq,
      isRead: true,
      flag: { status: 2 },
      categories: ['X'],
    });
    expect(marked.modseq).toBeGreaterThan(modseq);
    expect(await client.getEmail({ ...ann, id })).toMatchObject({
      ...{ isRead: true, flag: { status: 2 }, categories: ['X'], modseq: marked.modseq },
    });
    expect(await failure(client.patchEmail({ ...ann, id, ifMatch: modseq, isRead: false }))).toEqual([
      'ABORTED',
      412,
    ]);
    expect(await failure(client.deleteEmail({ ...ann, id, ifMatch: modseq }))).toEqual(['ABORTED', 412]);
    const { folders } = await client.listFolders(ann);
    const folderOf = (role: string) => folders.find((one) => one.role === role)?.id;
    const moved = await client.patchEmail({ ...ann, id, folder: 'archive' });
    expect(moved.folder).toBe(folderOf('archive'));
    expect(await failure(client.patchEmail({ ...ann, id, folder: 'calendar' }))).toEqual([
      'INVALID_ARGUMENT',
      400,
    ]);
    await client.deleteEmail({ ...ann, id });
    expect((await client.getEmail({ ...ann, id })).folder).toBe(folderOf('deleted'));
    await client.deleteEmail({ ...ann, id });
    expect(await failure(client.getEmail({ ...ann, id }))).toEqual(['NOT_FOUND', 404]);
  });

  it('are changed together, each with what came of it', async () => {
    const ids: string[] = [];
    for (let n = 200; n < 203; n++)
      ids.push((await client.importEmail({ ...ann, raw: bytesOf(mail(n)) })).id);
    const { results } = await client.patchEmails({
      ...ann,
      ids: [...ids, 'nobody'],
      isRead: true,
      folder: 'junk',
    });
    expect(results.map((one) => one.outcome)).toEqual(['changed', 'changed', 'changed', 'notFound']);
    const again = await client.patchEmails({ ...ann, ids, isRead: true });
    expect(again.results.map((one) => one.outcome)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    const gone = await client.patchEmails({ ...ann, ids, delete: 'forever' });
    expect(gone.results.map((one) => one.outcome)).toEqual(['changed', 'changed', 'changed']);
    const junk = await client.listEmails({ ...ann, folder: 'junk' });
    expect(junk.items).toEqual([]);
  });

  it('are written as drafts and sent once, with a copy in Sent Items', async () => {
    const draft = await client.createEmail({
      ...{ ...ann, mode: 'draft', key: 'd1', subject: 'Grüße', text: 'Hello', html: '<p>Hello</p>' },
      to: [{ name: 'Bob', address: 'bob@data.example' }],
      attachments: [
        { name: 'x.bin', mediaType: 'application/x-y', content: Buffer.from(BLOB).toString('base64') },
      ],
    });
    const id = draft.id ?? '';
    expect((await client.createEmail({ ...ann, mode: 'draft', key: 'd1', subject: 'Other' })).id).toBe(id);
    const read = await client.getEmail({ ...ann, id, bodies: 'both' });
    expect(read).toMatchObject({
      isDraft: true,
      subject: 'Grüße',
      attachments: 1,
      to: [{ address: 'bob@data.example' }],
    });
    expect([read.text?.value, read.html?.value]).toEqual(['Hello', '<p>Hello</p>']);
    expect(await failure(client.submitDraft({ ...ann, id, ifMatch: read.modseq + 1 }))).toEqual([
      'ABORTED',
      412,
    ]);
    const sent = await client.submitDraft({ ...ann, id, ifMatch: read.modseq });
    expect(sent.outcome).toBe('accepted');
    await server.drain();
    expect(await failure(client.getEmail({ ...ann, id }))).toEqual(['NOT_FOUND', 404]);
    const copies = await client.listEmails({ ...ann, folder: 'sent' });
    expect(copies.items.map((one) => [one.id, one.subject])).toEqual([[sent.id, 'Grüße']]);
    const order = {
      ...ann,
      mode: 'submit' as const,
      key: 's1',
      to: [{ address: 'bob@data.example' }],
      text: 'Once',
    };
    expect((await client.createEmail(order)).outcome).toBe('accepted');
    expect((await client.createEmail(order)).outcome).toBe('already');
    const raw = bytesOf('From: ann@data.example\r\nTo: bob@data.example\r\nSubject: Raw\r\n\r\nRaw.\r\n');
    expect((await client.enqueue({ ...ann, raw, key: 'q1' })).outcome).toBe('accepted');
    expect((await client.enqueue({ ...ann, raw, key: 'q1' })).outcome).toBe('already');
    await server.drain();
    const { user } = await client.lookupUser({ address: 'bob@data.example' });
    const got = await client.listEmails({ tenant: user.tenant, user: user.id });
    expect(got.items.map((one) => one.subject).sort()).toEqual(['', 'Grüße', 'Raw']);
  });

  it('are not sent in the name of others, nor to nobody', async () => {
    const order = { ...ann, mode: 'submit' as const, to: [{ address: 'bob@data.example' }] };
    const from = { address: 'bob@data.example' };
    expect(await failure(client.createEmail({ ...order, from }))).toEqual(['PERMISSION_DENIED', 403]);
    expect(await failure(client.createEmail({ ...order, to: [] }))).toEqual(['INVALID_ARGUMENT', 400]);
  });

  it('find no room in a mailbox that is full, nor does anything else', async () => {
    await server.addUser('cid@data.example', 'secret-cid-1');
    await server.admin('PUT', '/users/cid@data.example/quota', { quotaBytes: 2000 });
    const { user } = await client.lookupUser({ address: 'cid@data.example' });
    const cid = { tenant: user.tenant, user: user.id };
    const raw = bytesOf(mail(1, `X-Long: ${'x'.repeat(3000)}\r\n`));
    expect(await failure(client.importEmail({ ...cid, raw }))).toEqual(['UNAVAILABLE', 507]);
    const text = 'x'.repeat(3000);
    expect(await failure(client.createEmail({ ...cid, mode: 'draft', text }))).toEqual(['UNAVAILABLE', 507]);
    const document = { '@type': 'Card' as const, name: { full: text } };
    expect(await failure(client.createContact({ ...cid, document }))).toEqual(['UNAVAILABLE', 507]);
    expect((await client.listEmails({ ...cid })).items).toEqual([]);
  });
});
