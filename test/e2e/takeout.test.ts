import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdminClient } from '../../cli/admin-client.ts';
import { createProgress } from '../../cli/progress.ts';
import { exportMailbox } from '../../cli/takeout/export.ts';
import { importTakeout, readManifest } from '../../cli/takeout/import.ts';
import { importFile } from '../../cli/takeout/import-files.ts';
import { allAreas, MANIFEST, type Manifest } from '../../cli/takeout/layout.ts';
import { FRAMES_TYPE, frameHead, readFrames } from '../../codecs/frames/index.ts';
import { mboxEntry } from '../../codecs/mbox/index.ts';
import type { ImportView, TransferFrameView, UserView } from '../../shared/admin-api.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';

const quiet = createProgress({ write: () => undefined }, true);
const CRLF = 'From: a@x.example\r\nSubject: Windows\r\n\r\nFrom here\r\n>From there\r\n\r\n';
const BARE = 'From: a@x.example\nSubject: Bare\n\nno end';

let waypost: InProcess;
let dir: string;

beforeAll(async () => {
  waypost = await startInProcess();
  dir = await mkdtemp(join(tmpdir(), 'waypost-takeout-'));
});

afterAll(async () => {
  await waypost.stop();
  await rm(dir, { recursive: true, force: true });
});

const admin = () =>
  createAdminClient(waypost.url, waypost.adminToken, (url, init) =>
    waypost.fetch(`${url.pathname}${url.search}`, init),
  );

async function user(name: string): Promise<UserView> {
  return waypost.addUser(`${name}@example.test`);
}

const bytes = (text: string) => new TextEncoder().encode(text);
const path = (address: string, rest: string) => `/users/${encodeURIComponent(address)}/${rest}`;

async function send(address: string, frames: [object, Uint8Array][]): Promise<ImportView> {
  const pieces = frames.flatMap(([header, body]) => [frameHead(header, body.length), body]);
  return admin().postBytes(path(address, 'import'), new Uint8Array(Buffer.concat(pieces)), FRAMES_TYPE);
}

/** All that a mailbox holds, with ids replaced by what they stand for. */
async function stateOf(address: string) {
  const frame = await admin().get<TransferFrameView>(path(address, 'export/frame'));
  const names = new Map(frame.folders.map((folder) => [folder.folderId, folder.displayName]));
  const items: unknown[] = [];
  let cursor: string | null = null;
  do {
    const query: Record<string, string | undefined> = { cursor: cursor ?? undefined };
    cursor = null;
    for await (const { header, body } of readFrames(
      await admin().stream(path(address, 'export'), query),
      1e9,
    )) {
      const { itemId: _, folderId, cursor: next, ...rest } = header;
      if (header['type'] === 'next') cursor = next as string | null;
      else
        items.push({
          ...rest,
          folder: names.get(String(folderId)),
          body: Buffer.from(body).toString('latin1'),
        });
    }
  } while (cursor !== null);
  return {
    tree: frame.folders
      .map((f) => [f.displayName, names.get(f.parentId ?? '') ?? null, f.role, f.itemClass].join('|'))
      .sort(),
    // Named after the item itself, which is another one.
    items: items.map((item) => JSON.stringify(item).replace(/"item:\w+"/, '"item"')).sort(),
    rules: frame.rules.length,
    settings: frame.settings,
  };
}

/** A mailbox with some of everything. */
async function filled(name: string) {
  const { address } = await user(name);
  await waypost.email('bob@x.example', address, buildMail({ text: 'From arrived\n\nFrom here too' }));
  await waypost.drain();
  const { folderIds } = await admin().post<{ folderIds: Record<string, string> }>(
    path(address, 'import/folders'),
    {
      folders: [
        { folderId: 'in', parentId: null, displayName: 'x', role: 'inbox', itemClass: 'Email' },
        {
          folderId: 'p',
          parentId: null,
          displayName: 'Projects: "2026"/..',
          role: 'user',
          itemClass: 'Email',
        },
        { folderId: 'q', parentId: 'p', displayName: 'Done', role: 'user', itemClass: 'Email' },
        { folderId: 'c', parentId: null, displayName: 'Clubs', role: 'user', itemClass: 'Contacts' },
        { folderId: 'cal', parentId: null, displayName: 'x', role: 'calendar', itemClass: 'Calendar' },
        { folderId: 't', parentId: null, displayName: 'x', role: 'tasks', itemClass: 'Tasks' },
        { folderId: 'n', parentId: null, displayName: 'x', role: 'notes', itemClass: 'Notes' },
        { folderId: 'd', parentId: null, displayName: 'x', role: 'deleted', itemClass: 'Email' },
      ],
    },
  );
  const at = (folder: string) => ({ folderId: folderIds[folder] });
  const message = { type: 'message', receivedAt: 1_700_000_000_000, isRead: false };
  const flag = { status: 2, type: 'Flag for follow up' };
  const files = { type: 'file', key: 'event', attachmentId: 'file1' };
  const made = { updated: '2026-01-01T00:00:00Z' };
  const event = {
    ...{ '@type': 'Event', uid: 'e1', ...made, title: 'Party', start: '2026-03-01T20:00:00' },
    ...{ timeZone: 'Europe/Berlin', duration: 'PT3H', 'x-other': { kept: true } },
    links: { a: { '@type': 'Link', href: 'waypost:attachment/file1', rel: 'enclosure', title: 'menu.txt' } },
  };
  const card = { '@type': 'Card', version: '1.0', uid: 'c1', ...made, name: { full: 'Ann Example' } };
  const task = {
    '@type': 'Task',
    uid: 't1',
    ...made,
    title: 'Write',
    'waypost:task': { ahead: { due: 60 } },
  };
  const note = {
    ...{ '@type': 'Note', uid: 'n1', ...made, created: made.updated, title: 'Milk', body: 'and bread' },
    ...{ bodyContentType: 'text/plain', keywords: { Shop: true } },
  };
  const sms = {
    ...{ '@type': 'TextMessage', uid: 's1', from: '+1', to: '+2', subject: '', body: 'Hi', isRead: true },
    ...{ importance: 1, date: '2026-01-01T00:00:00Z', keywords: {} },
  };
  const none = new Uint8Array();
  const { outcomes } = await send(address, [
    [{ ...message, key: '1', ...at('p'), flag, categories: ['Work', 'Home'], isRead: true }, bytes(CRLF)],
    [{ ...message, key: '2', ...at('q') }, bytes(BARE)],
    [{ ...message, key: '3', ...at('in') }, bytes('')],
    [files, bytes('soup')],
    [{ type: 'object', key: 'event', ...at('cal'), kind: 'event', document: event }, none],
    [{ type: 'object', key: 'card', ...at('c'), kind: 'contact', document: card }, none],
    [{ type: 'object', key: 'task', ...at('t'), kind: 'task', document: task }, none],
    [{ type: 'object', key: 'note', ...at('n'), kind: 'note', document: note }, none],
    [{ type: 'object', key: 'sms', ...at('in'), kind: 'sms', document: sms }, none],
    [{ type: 'object', key: 'gone', ...at('d'), kind: 'note', document: { ...note, uid: 'n2' } }, none],
  ]);
  expect(new Set(outcomes)).toEqual(new Set(['imported']));
  await admin().put(path(address, 'rules'), {
    revision: 0,
    rules: [
      {
        name: 'to Done',
        conditions: { containsSubjectStrings: ['done'] },
        actions: { moveToFolder: folderIds['q'] },
      },
    ],
  });
  return address;
}

describe('a mailbox that is taken out', () => {
  test('comes back as it was in an empty one, and nothing comes twice', async () => {
    const from = await filled('full');
    const out = join(dir, 'full');
    const manifest = await exportMailbox(admin(), {
      ...{ address: from, dir: out, areas: allAreas(), progress: quiet },
    });
    expect(manifest).toMatchObject({ items: 10, lost: 0 });
    const { address: to } = await user('empty');
    const options = { address: to, progress: quiet };
    expect(await importTakeout(admin(), out, manifest, options)).toMatchObject({ imported: 10, present: 0 });
    const [before, after] = [await stateOf(from), await stateOf(to)];
    expect(after.tree).toEqual(before.tree);
    expect(after.items).toEqual(before.items);
    expect(after).toEqual(before);
    expect(await importTakeout(admin(), out, manifest, options)).toMatchObject({ imported: 0, present: 10 });
    expect(await importTakeout(admin(), out, manifest, { ...options, address: from })).toMatchObject({
      ...{ imported: 0, present: 10 },
    });
    expect(await stateOf(to)).toEqual(before);
  });

  test('goes on where it was interrupted, and so does putting it in', async () => {
    const { address } = await user('many');
    const file = join(dir, 'many.mbox');
    const raws = Array.from({ length: 450 }, (_, n) => bytes(`Subject: ${n}\n\nbody ${n}\n`));
    await writeFile(
      file,
      Buffer.concat(raws.flatMap((raw, n) => mboxEntry(raw, 'a@b', 1_700_000_000_000 + n * 1000))),
    );
    const failing = (after: number) => {
      const whole = admin();
      let calls = 0;
      const guard = <T>(work: () => Promise<T>) => {
        if (++calls > after) throw new Error('cut');
        return work();
      };
      return {
        ...whole,
        stream: ((...args) => guard(() => whole.stream(...args))) as typeof whole.stream,
        postBytes: ((...args) => guard(() => whole.postBytes(...args))) as typeof whole.postBytes,
      };
    };
    const into = { address, folder: 'Old', progress: quiet };
    await expect(importFile(failing(2), file, into)).rejects.toThrow('cut');
    const second = await importFile(admin(), file, into);
    expect(second.counts).toMatchObject({ imported: 250, present: 0 });
    expect((await importFile(admin(), file, into)).counts).toMatchObject({ imported: 0, present: 450 });

    const out = join(dir, 'many');
    const options = { address, dir: out, areas: allAreas(), progress: quiet };
    await expect(exportMailbox(failing(1), options)).rejects.toThrow('cut');
    // What was written after the last note of how far it was is cut off.
    await writeFile(join(out, 'mail/Old.mbox'), 'half a mess', { flag: 'a' });
    const manifest = await exportMailbox(admin(), options);
    expect(manifest.items).toBe(450);
    const { address: to } = await user('many2');
    await expect(importTakeout(failing(3), out, manifest, { address: to, progress: quiet })).rejects.toThrow(
      'cut',
    );
    const rest = await importTakeout(admin(), out, manifest, { address: to, progress: quiet });
    expect(rest).toMatchObject({ imported: 150, present: 0 });
    expect((await stateOf(to)).items).toEqual((await stateOf(address)).items);
    expect((await readdir(out)).filter((name) => name.startsWith('.'))).toEqual([]);
    await expect(exportMailbox(admin(), options)).rejects.toThrow('takeout in it already');
  });

  test('holds only what was asked for', async () => {
    const from = await filled('some');
    const out = join(dir, 'some');
    const manifest = await exportMailbox(admin(), {
      address: from,
      dir: out,
      areas: ['contacts'],
      progress: quiet,
    });
    expect(manifest.items).toBe(1);
    expect(manifest.files.map((file) => file.path)).toEqual([
      ...['contacts/Clubs.items.jsonl', 'contacts/Clubs.vcf', 'settings.json'],
    ]);
    expect(await readFile(join(out, 'contacts/Clubs.vcf'), 'utf8')).toContain('FN:Ann Example');
  });

  test('is refused when it was changed, or leads elsewhere', async () => {
    const out = join(dir, 'full');
    const manifest = (await readManifest(out)) as Manifest;
    const { address } = await user('nobody');
    const options = { address, progress: quiet };
    const name = 'settings.json';
    await writeFile(join(out, name), '{}');
    await expect(importTakeout(admin(), out, manifest, options)).rejects.toThrow('settings.json is not what');
    await rm(join(out, name));
    await expect(importTakeout(admin(), out, manifest, options)).rejects.toThrow('settings.json is missing');
    const elsewhere = { ...manifest, files: [], folders: [{ ...manifest.folders[0], path: '../x' }] };
    await expect(importTakeout(admin(), out, elsewhere as Manifest, options)).rejects.toThrow('outside');
    await writeFile(join(dir, MANIFEST), '{"format":"waypost-takeout","version":2}');
    await expect(readManifest(dir)).rejects.toThrow('another version');
  });
});

describe('files of others', () => {
  test('of mail keep their marks and conversations', async () => {
    const { address } = await user('mbox');
    const file = join(dir, 'marks.mbox');
    const first = 'From: a@b.example\nMessage-ID: <1@x>\nSubject: Hi\nStatus: RO\nX-Status: F\n\na\n';
    const second = 'From: c@d.example\nIn-Reply-To: <1@x>\nSubject: Re: Hi\nX-Mozilla-Status: 0000\n\nb\n';
    await writeFile(
      file,
      Buffer.concat([first, second].flatMap((raw) => mboxEntry(bytes(raw), 'a@b', 1_700_000_000_000))),
    );
    const { counts } = await importFile(admin(), file, { address, folder: null, progress: quiet });
    expect(counts).toMatchObject({ imported: 2 });
    const items = (await stateOf(address)).items.map((item) => JSON.parse(item));
    expect(items).toHaveLength(2);
    expect(items.find((item) => item.body === first)).toMatchObject({
      ...{ folder: 'Inbox', isRead: true, flag: { status: 2 }, receivedAt: 1_700_000_000_000 },
    });
    expect(items.find((item) => item.body === second)).toMatchObject({ isRead: false, flag: null });
    expect(items[0].state.threadId).toBe(items[1].state.threadId);
  });

  test('of one message, and of contacts', async () => {
    const { address } = await user('eml');
    const eml = join(dir, 'one.eml');
    await writeFile(eml, 'From: a@b.example\nDate: Thu, 1 Jan 2026 10:00:00 +0100\nSubject: x\n\nx\n');
    const vcf = join(dir, 'two.vcf');
    const card = (name: string) =>
      `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:${name}\r\nN:${name};;;;\r\nEND:VCARD\r\n`;
    await writeFile(vcf, `${card('One')}${card('Two')}BEGIN:VCARD\r\nnothing`);
    const into = { address, folder: null, progress: quiet };
    expect((await importFile(admin(), eml, into)).counts).toMatchObject({ imported: 1 });
    expect(await importFile(admin(), vcf, into)).toMatchObject({ counts: { imported: 2 }, unreadable: 1 });
    expect((await importFile(admin(), vcf, into)).counts).toMatchObject({ imported: 0, present: 2 });
    const items = (await stateOf(address)).items.map((item) => JSON.parse(item));
    expect(items.map((item) => item.receivedAt ?? item.document.name.full).sort()).toEqual([
      ...[Date.UTC(2026, 0, 1, 9), 'One', 'Two'],
    ]);
  });

  test('of calendars bring events, tasks and journal entries to their folders', async () => {
    const { address } = await user('ics');
    const file = join(dir, 'all.ics');
    const lines = [
      ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//y//EN'],
      ...['BEGIN:VEVENT', 'UID:e1', 'DTSTAMP:20260101T000000Z', 'DTSTART;TZID=Europe/Berlin:20260301T200000'],
      ...['RRULE:FREQ=DAILY;COUNT=3', 'SUMMARY:Party', 'X-OTHER:kept', 'END:VEVENT'],
      ...['BEGIN:VEVENT', 'UID:bomb', 'DTSTAMP:20260101T000000Z', 'DTSTART:20260301T200000Z'],
      ...['RRULE:FREQ=SECONDLY', 'SUMMARY:Bomb', 'END:VEVENT'],
      ...[
        'BEGIN:VTODO',
        'UID:t1',
        'DTSTAMP:20260101T000000Z',
        'DUE;VALUE=DATE:20260302',
        'SUMMARY:Write',
        'END:VTODO',
      ],
      ...[
        'BEGIN:VJOURNAL',
        'UID:j1',
        'DTSTAMP:20260101T000000Z',
        'SUMMARY:Day',
        'DESCRIPTION:It rained\\, a lot',
      ],
      ...['CATEGORIES:Weather', 'END:VJOURNAL', 'END:VCALENDAR', ''],
    ];
    await writeFile(file, lines.join('\r\n'));
    const into = { address, folder: null, progress: quiet };
    const { counts } = await importFile(admin(), file, into);
    expect(counts).toMatchObject({ imported: 3, invalid: 1 });
    expect((await importFile(admin(), file, into)).counts).toMatchObject({
      imported: 0,
      present: 3,
      invalid: 1,
    });
    const items = (await stateOf(address)).items.map((item) => JSON.parse(item));
    expect(items.map(({ folder, document }) => [folder, document.title]).sort()).toEqual([
      ...[
        ['Calendar', 'Party'],
        ['Notes', 'Day'],
        ['Tasks', 'Write'],
      ],
    ]);
    expect(items.find(({ kind }) => kind === 'note').document).toMatchObject({
      ...{ body: 'It rained, a lot', keywords: { Weather: true }, created: '2026-01-01T00:00:00.000Z' },
    });
    const out = join(dir, 'ics');
    await exportMailbox(admin(), { address, dir: out, areas: allAreas(), progress: quiet });
    const ics = await readFile(join(out, 'calendar/Calendar.ics'), 'utf8');
    expect(ics).toContain('DTSTART;TZID=Europe/Berlin:20260301T200000');
    expect(ics).toContain('X-OTHER:kept');
    const { address: other } = await user('ics2');
    await importFile(admin(), join(out, 'calendar/Calendar.ics'), { ...into, address: other });
    await importFile(admin(), join(out, 'tasks/Tasks.ics'), { ...into, address: other });
    const again = (await stateOf(other)).items.map((item) => JSON.parse(item));
    expect(again.map(({ document }) => document.title).sort()).toEqual(['Party', 'Write']);
    await writeFile(file, 'no calendar');
    await expect(importFile(admin(), file, into)).rejects.toThrow('all.ics');
  });

  test('of another kind, or that are not there, are refused', async () => {
    const into = { address: 'eml@example.test', folder: null, progress: quiet };
    await expect(importFile(admin(), join(dir, 'none.mbox'), into)).rejects.toThrow('cannot read');
    await writeFile(join(dir, 'a.pst'), 'x');
    await expect(importFile(admin(), join(dir, 'a.pst'), into)).rejects.toThrow('only .mbox');
  });

  test('that do not fit into the mailbox stop with a word about it', async () => {
    const { address } = await user('small');
    await waypost.admin('PUT', path(address, 'quota').slice(0), { quotaBytes: 100 });
    const file = join(dir, 'large.mbox');
    await writeFile(file, Buffer.concat(mboxEntry(bytes(`Subject: x\n\n${'x'.repeat(500)}\n`), 'a@b', 1)));
    const into = { address, folder: null, progress: quiet };
    await expect(importFile(admin(), file, into)).rejects.toThrow('is full');
  });

  test('come with their files or not at all, and weigh what came in', async () => {
    const { address } = await user('files');
    await waypost.admin('PUT', path(address, 'quota').slice(0), { quotaBytes: 5_000 });
    const cal = {
      folderId: 'cal',
      parentId: null,
      displayName: 'x',
      role: 'calendar',
      itemClass: 'Calendar',
    };
    const { folderIds } = await admin().post<{ folderIds: Record<string, string> }>(
      path(address, 'import/folders'),
      {
        folders: [cal],
      },
    );
    const file = { type: 'file', attachmentId: 'file1' };
    const object = { type: 'object', folderId: folderIds['cal'], kind: 'event' };
    const link = { '@type': 'Link', href: 'waypost:attachment/file1', rel: 'enclosure', size: 1 };
    const document = (uid: string) => ({
      ...{ '@type': 'Event', uid, updated: '2026-01-01T00:00:00Z', title: 'Party' },
      ...{ start: '2026-03-01T20:00:00', links: { a: link } },
    });
    const { outcomes } = await send(address, [
      [{ ...file, key: 'one' }, bytes('x'.repeat(4_000))],
      [{ ...object, key: 'one', document: document('e1') }, bytes('')],
      [{ ...file, key: 'two' }, bytes('x'.repeat(4_000))],
      [{ ...object, key: 'two', document: document('e2') }, bytes('')],
    ]);
    expect(outcomes).toEqual(['imported', 'imported', 'imported', 'over-quota']);
    const items = (await stateOf(address)).items.map((item) => JSON.parse(item));
    expect(items.flatMap(({ document }) => document?.links.a.size ?? [])).toEqual([4_000]);
    const view = await admin().get<{ sizeBytes: number }>(path(address, 'limits'));
    expect(view.sizeBytes).toBeGreaterThan(4_000);
  });
});

describe('the stream of an import', () => {
  test('is refused when it is none, and tells of each item that is none', async () => {
    const { address } = await user('stream');
    const bad = bytes('no frames\n');
    await expect(admin().postBytes(path(address, 'import'), bad, FRAMES_TYPE)).rejects.toThrow('no JSON');
    await expect(admin().postBytes(path(address, 'import'), bad, 'text/plain')).rejects.toThrow('must be');
    const object = { type: 'object', key: 'k', folderId: 'nowhere', kind: 'note' };
    const { outcomes } = await send(address, [
      [{ type: 'else' }, bytes('')],
      [{ ...object, document: 3 }, bytes('')],
      [{ ...object, document: { '@type': 'Note', uid: 'x' } }, bytes('')],
      [{ type: 'message', key: 'm', folderId: 'nowhere', receivedAt: 1, isRead: true }, bytes('x')],
    ]);
    expect(outcomes).toEqual(['invalid', 'invalid', 'no-folder', 'no-folder']);
    expect(await stateOf(address)).toMatchObject({ items: [] });
    await expect(admin().get(path(address, 'export'), { cursor: 'what' })).rejects.toThrow(
      'not one of an export',
    );
    await expect(admin().get(path('nobody.at.all@example.test', 'export/frame'))).rejects.toThrow('no user');
  });
});
