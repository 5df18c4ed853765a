/** A running installation as a test of its recovery sees it: random work, the state that people see, and disasters. */
import type { D1Database } from '@cloudflare/workers-types/experimental';
import fc from 'fast-check';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import type { RebuildView, SnapshotView, UserView } from '../../shared/admin-api.ts';
import { createD1Stores, createPostgresStores } from '../../store/index.ts';
import type { Stores } from '../../store/stores.ts';
import { contact, event, task } from '../contract/pim-items.ts';
import type { Waypost } from './harness.ts';
import { buildMail } from './mail.ts';

const DATABASES = ['DIRECTORY', 'MAIL_1', 'MAIL_2', 'SEARCH', 'AUDIT'] as const;

interface Bindings extends Record<(typeof DATABASES)[number], D1Database> {
  HYPERDRIVE?: { connectionString: string };
}

/** The stores behind a running installation. */
export async function storesOf(waypost: Waypost): Promise<Stores> {
  const { DIRECTORY, MAIL_1, MAIL_2, SEARCH, AUDIT, HYPERDRIVE } = await waypost.bindings<Bindings>();
  if (HYPERDRIVE !== undefined) {
    const { connectionString } = HYPERDRIVE;
    return createPostgresStores({ connectionString, defer: () => undefined, idleMs: 100 });
  }
  return createD1Stores({ directory: DIRECTORY, mail: { MAIL_1, MAIL_2 }, search: SEARCH, audit: AUDIT });
}

/** Everything in every table is gone, as when databases are made anew and migrated. */
export async function dropAll(waypost: Waypost): Promise<void> {
  const bindings = await waypost.bindings<Bindings>();
  if (bindings.HYPERDRIVE !== undefined) {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: bindings.HYPERDRIVE.connectionString });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname in ('directory', 'mail_state', 'search', 'audit') and tablename not like '%migrations%'`,
    );
    for (const { name } of rows) await client.query(`truncate ${name} cascade`);
    await client.end();
    return;
  }
  for (const name of DATABASES) {
    const database = bindings[name];
    const { results } = await database
      .prepare(
        `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '_cf_%'
         and name not like 'd1_%' and name not like 'document_text_%'`,
      )
      .all<{ name: string }>();
    for (const table of results) await database.prepare(`delete from ${table.name}`).run();
  }
}

/** Goes through all steps of a rebuild; what they did, added up. */
export async function rebuild(waypost: Waypost, request: Record<string, unknown> = {}) {
  const sum = {
    steps: 0,
    rows: 0,
    intact: 0,
    restored: 0,
    unchanged: 0,
    removed: 0,
    placed: 0,
    drafts: 0,
    damaged: 0,
  };
  const lost: string[] = [];
  let cursor: string | null = null;
  do {
    const view: RebuildView = await waypost.admin<RebuildView>('POST', '/rebuild', { ...request, cursor });
    sum.steps++;
    for (const key of [
      'rows',
      'intact',
      'restored',
      'unchanged',
      'removed',
      'placed',
      'drafts',
      'damaged',
    ] as const)
      sum[key] += view[key];
    lost.push(...view.lost);
    cursor = view.cursor;
  } while (cursor !== null);
  return { ...sum, lost };
}

/** Writes down what is not written down yet, or everything as a snapshot. */
export async function writeDown(waypost: Waypost, whole = false): Promise<void> {
  let cursor: string | null = null;
  do {
    const view: SnapshotView = await waypost.admin<SnapshotView>('POST', '/snapshot', { cursor, whole });
    cursor = view.cursor;
  } while (cursor !== null);
}

/** What the owner of a mailbox sees of it, and nothing that numbers it. */
export async function visibleState(stores: Stores, ref: MailboxRef) {
  const mailbox = stores.mail.mailbox(ref);
  const archive = stores.archive.mailbox(ref);
  const { lines } = await archive.items('', 10_000);
  const messages = await mailbox.messages(lines.map((l) => l.itemId));
  const parts = await Promise.all(messages.map((m) => mailbox.parts(m.itemId)));
  const { sizeBytes, itemCount } = await mailbox.usage();
  return {
    sizeBytes,
    itemCount,
    folders: sorted(await archive.tree()),
    messages: sorted(
      messages.map((m, n) => {
        const { modseq, createdModseq, readModseq, flagModseq, categoriesModseq, contentModseq, ...seen } = m;
        return { ...seen, parts: parts[n] };
      }),
    ),
    people: sorted(lines.filter((l) => l.kind === 'person').map(({ modseq, ...person }) => person)),
    objects: sorted(lines.filter((l) => l.kind === 'object').map(({ modseq, ...object }) => object)),
    removed: sorted(await mailbox.removedMessages({ limit: 1000 })),
    asides: await archive.asides(archive.asideTables(), 1000),
  };
}

function sorted<T>(list: T[]): T[] {
  return list.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

export interface House {
  waypost: Waypost;
  stores: Stores;
  ann: UserView;
  bob: UserView;
}

export function refOf({ tenantId, userId }: UserView, shard: string): MailboxRef {
  return { tenantId, mailboxId: userId, shard };
}

/** One piece of random work in a mailbox, or mail that comes in. */
export type Work =
  | { do: 'deliver'; to: 'ann' | 'bob'; n: number; reply: boolean; attach: boolean }
  | { do: 'flag' | 'move' | 'remove' | 'verb' | 'trash'; pick: number; to: number }
  | { do: 'folder' | 'rename' | 'drop'; pick: number; name: string }
  | { do: 'draft' | 'save'; pick: number; text: string }
  | { do: 'setting' | 'rule' | 'person'; pick: number; text: string }
  | { do: 'put' | 'edit' | 'moveObject' | 'dropObject'; pick: number; text: string };

type ObjectWork = Extract<Work, { do: 'put' | 'edit' | 'moveObject' | 'dropObject' }>;
type ItemWork = Exclude<Work, { do: 'deliver' } | { do: 'folder' | 'rename' | 'drop' } | ObjectWork>;

const pick = fc.nat({ max: 1000 });
const word = fc.constantFrom('Alpha', 'Beta', 'Gamma', 'Ωmega', 'Ümläut', '日本語');

export const work: fc.Arbitrary<Work> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      to: fc.constantFrom('ann' as const, 'bob' as const),
      n: pick,
      reply: fc.boolean(),
      attach: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'flag' as const,
        'move' as const,
        'remove' as const,
        'verb' as const,
        'trash' as const,
      ),
      pick,
      to: pick,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('folder' as const, 'rename' as const, 'drop' as const),
      pick,
      name: word,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('draft' as const, 'save' as const), pick, text: word }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'put' as const,
        'put' as const,
        'edit' as const,
        'moveObject' as const,
        'dropObject' as const,
      ),
      pick,
      text: word,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('setting' as const, 'rule' as const, 'person' as const),
      pick,
      text: word,
    }),
  },
);

export type Deliver = (to: string, raw: Uint8Array) => Promise<void>;

let clock = 1_790_000_000_000;
const sentIds: string[] = [];

/** Does one piece of work through the mailbox's store, as every edge does, or through the way that mail comes in. */
export async function carryOut(house: House, shard: string, piece: Work, deliver: Deliver): Promise<void> {
  clock += 1000;
  const ref = refOf(house.ann, shard);
  const mailbox = house.stores.mail.mailbox(ref);
  if (piece.do === 'deliver') {
    const messageId = `<${sentIds.length}.${clock}@out.example>`;
    const before = sentIds[piece.n % Math.max(1, sentIds.length)];
    sentIds.push(messageId);
    const raw = buildMail({
      to: `${piece.to}@example.com`,
      subject: `${piece.reply ? 'Re: ' : ''}about ${piece.n % 7}`,
      messageId,
      text: `Text number ${piece.n}, Größe.`,
      ...(piece.reply && before !== undefined ? { inReplyTo: before, references: [before] } : {}),
      ...(piece.attach
        ? { attachments: [{ name: 'a.bin', content: new Uint8Array(1000).fill(piece.n) }] }
        : {}),
    });
    await deliver(`${piece.to}@example.com`, raw);
    return;
  }
  if (piece.do === 'setting') return mailbox.putSetting(`s${piece.pick % 3}`, { text: piece.text });
  if (piece.do === 'person') {
    return mailbox.noteCorrespondents(
      [{ address: `p${piece.pick % 5}@out.example`, name: piece.text }],
      clock,
    );
  }
  const folders = await mailbox.folders();
  const own = folders.filter((f) => f.role === 'user');
  const one = own[('pick' in piece ? piece.pick : 0) % Math.max(1, own.length)];
  if (piece.do === 'folder') {
    const parentId = piece.pick % 2 === 0 ? null : (one?.folderId ?? null);
    await ignore(
      mailbox.createFolder({
        folderId: `f${clock}`,
        parentId,
        displayName: `${piece.name} ${piece.pick % 4}`,
        itemClass: 'Email',
      }),
    );
    return;
  }
  if (piece.do === 'rename' || piece.do === 'drop') {
    if (one === undefined) return;
    await ignore(
      piece.do === 'drop'
        ? mailbox.deleteFolder(one.folderId, clock)
        : mailbox.updateFolder(one.folderId, { parentId: one.parentId, displayName: piece.name }),
    );
    return;
  }
  if (piece.do === 'put' || piece.do === 'edit' || piece.do === 'moveObject' || piece.do === 'dropObject') {
    return onObject(house, mailbox, ref, piece);
  }
  await onItem(house, mailbox, ref, piece as ItemWork);
}

async function onItem(house: House, mailbox: MailboxStore, ref: MailboxRef, piece: ItemWork): Promise<void> {
  const lines = (await house.stores.archive.mailbox(ref).items('', 10_000)).lines;
  const messages = lines.filter((l) => l.kind === 'message' && l.rawKey.startsWith('blobs/'));
  const item = messages[piece.pick % Math.max(1, messages.length)];
  if (piece.do === 'rule') {
    const folder = (await mailbox.folders()).at(piece.pick % 5);
    if (item?.kind !== 'message' || folder === undefined) return;
    return mailbox.setConversationRule(item.threadId, piece.pick % 3 === 0 ? null : folder.folderId);
  }
  if (piece.do === 'draft' || piece.do === 'save') return saveDraft(house, mailbox, ref, piece);
  if (item === undefined) return;
  const { itemId } = item;
  if (piece.do === 'verb' && piece.to % 2 === 0) await mailbox.setImportance([itemId], 'high');
  if (piece.do === 'verb') await mailbox.setLastVerb([itemId], (1 + (piece.to % 3)) as 1 | 2 | 3, clock);
  if (piece.do === 'remove') await mailbox.remove([itemId], clock);
  if (piece.do === 'trash') await mailbox.move([itemId], '4');
  if (piece.do === 'move') {
    const folders = (await mailbox.folders()).filter((f) => f.itemClass === 'Email');
    await mailbox.move([itemId], folders[piece.to % folders.length]?.folderId ?? '2');
  }
  if (piece.do === 'flag') {
    const flag = piece.to % 3 === 0 ? { flag: { status: 2 as const, type: 'Follow up' } } : {};
    const categories = piece.to % 2 === 0 ? { categories: [`c${piece.to % 4}`] } : {};
    await mailbox.setFlags([{ itemId, isRead: piece.to % 2 === 1, ...flag, ...categories }]);
  }
}

/** Folders by what is put into them. */
const PLACES = { '8': event, '9': contact, '7': task } as const;

async function onObject(
  house: House,
  mailbox: MailboxStore,
  ref: MailboxRef,
  piece: ObjectWork,
): Promise<void> {
  const { lines } = await house.stores.archive.mailbox(ref).items('', 10_000);
  const objects = lines.filter((line) => line.kind === 'object');
  const one = objects[piece.pick % Math.max(1, objects.length)];
  const places = Object.entries(PLACES);
  const [folderId, make] = places[piece.pick % places.length] ?? ['8', event];
  if (piece.do === 'put') {
    const title = `${piece.text} ${clock}`;
    await mailbox.putItem(make(`object${clock}`, folderId, { title }), { announce: piece.pick % 2 === 0 });
    return;
  }
  if (one === undefined) return;
  const { itemId } = one;
  if (piece.do === 'dropObject') await mailbox.remove([itemId], clock);
  if (piece.do === 'moveObject') {
    const folders = await mailbox.folders();
    await mailbox.move([itemId], folders[piece.pick % folders.length]?.folderId ?? '4');
  }
  if (piece.do === 'edit') {
    const title = `${piece.text} ${clock}`;
    if (one.what === 'contact') await mailbox.putItem(contact(itemId, '9', { title }));
    else if (one.what === 'event') await mailbox.putItem(event(itemId, '8', { title }));
    else await mailbox.putItem(task(itemId, '7', { title }));
  }
}

interface Blobs {
  BLOBS: {
    put(
      key: string,
      value: Uint8Array,
      options: { customMetadata: Record<string, string> },
    ): Promise<unknown>;
    delete(key: string): Promise<void>;
  };
}

/** As a phone's draft is kept: a raw of its own for each time it is saved, and the one before goes. */
async function saveDraft(
  { waypost }: House,
  mailbox: MailboxStore,
  ref: MailboxRef,
  { pick: chosen, text, ...piece }: Extract<Work, { do: 'draft' | 'save' }>,
): Promise<void> {
  const [{ createMessageReader }, { envelopeMetadata }] = await Promise.all([
    import('../../workers/queue-consumers/message-reader.ts'),
    import('../../store/blobs/envelope.ts'),
  ]);
  const drafts = await mailbox.snapshot('3', 0, null, 100);
  const known = piece.do === 'save' ? drafts[chosen % Math.max(1, drafts.length)] : undefined;
  const itemId = known?.itemId ?? `draft${clock}`;
  const raw = buildMail({ from: 'ann@example.com', subject: `draft ${text}`, text: `${text} ${clock}` });
  const rawKey = `drafts/${ref.tenantId}/${ref.mailboxId}/${itemId}/${clock}.eml`;
  const { BLOBS } = await waypost.bindings<Blobs>();
  const envelope = {
    ...{ ...ref, mailFrom: 'ann@example.com', rcptTo: 'ann@example.com', receivedAt: clock },
    ...{ rawSize: raw.length, correlationId: '', authResults: '', role: 'drafts' as const },
  };
  await BLOBS.put(rawKey, raw, { customMetadata: envelopeMetadata(envelope) });
  const log = { debug() {}, info() {}, warn() {}, error() {}, with: () => log };
  const reader = createMessageReader({ mail: { mailbox: () => mailbox } as never, log });
  const message = await reader.read(raw, {
    ...{ ref, itemId, rawKey, receivedAt: clock, folderRole: 'drafts' as const },
    ...{ isRead: true, isDraft: true },
  });
  if (known === undefined) {
    await mailbox.insert(message);
    return;
  }
  const [before] = await mailbox.messages([itemId]);
  await mailbox.replaceContent(message);
  if (before !== undefined) await BLOBS.delete(before.rawKey);
}

async function ignore(change: Promise<unknown>): Promise<void> {
  await change.catch(() => undefined);
}

/** Runs a statement behind everybody's back. */
export async function runSql(
  waypost: Waypost,
  database: 'mail' | 'directory',
  shard: string,
  statement: string,
): Promise<void> {
  const bindings = await waypost.bindings<Bindings & Record<string, D1Database>>();
  if (bindings.HYPERDRIVE !== undefined) {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: bindings.HYPERDRIVE.connectionString });
    await client.connect();
    await client.query(`set search_path to ${database === 'mail' ? 'mail_state' : 'directory'}`);
    await client.query(statement);
    await client.end();
    return;
  }
  await bindings[database === 'mail' ? shard : 'DIRECTORY']?.prepare(statement).run();
}

/** An item goes without a trace. */
export async function dropRows(
  waypost: Waypost,
  shard: string,
  ref: MailboxRef,
  itemId: string,
): Promise<void> {
  for (const table of ['message_parts', 'messages', 'objects', 'items']) {
    const scope = `tenant_id = '${ref.tenantId}' and mailbox_id = '${ref.mailboxId}'`;
    await runSql(waypost, 'mail', shard, `delete from ${table} where ${scope} and item_id = '${itemId}'`);
  }
}

type Dump = Map<string, Record<string, unknown>[]>;

async function tablesOf(database: D1Database): Promise<string[]> {
  const { results } = await database
    .prepare(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '_cf_%'
       and name not like 'd1_%' and name not like 'document_text%'`,
    )
    .all<{ name: string }>();
  return results.map((row) => row.name);
}

/** What the databases but the search index hold, to be put back (D1 Time Travel, PITR). The bucket is no part of it. */
export async function backUp(waypost: Waypost): Promise<{ putBack(): Promise<void> }> {
  const bindings = await waypost.bindings<Bindings>();
  const { HYPERDRIVE } = bindings;
  if (HYPERDRIVE !== undefined) return backUpPostgres(HYPERDRIVE.connectionString);
  const dumps = new Map<D1Database, Dump>();
  for (const name of ['DIRECTORY', 'MAIL_1', 'MAIL_2'] as const) {
    const dump: Dump = new Map();
    for (const table of await tablesOf(bindings[name])) {
      dump.set(table, (await bindings[name].prepare(`select * from ${table}`).all()).results);
    }
    dumps.set(bindings[name], dump);
  }
  return {
    async putBack() {
      for (const [database, dump] of dumps) {
        for (const [table, rows] of dump) {
          await database.prepare(`delete from ${table}`).run();
          for (const row of rows) {
            const names = Object.keys(row);
            const sql = `insert into ${table} (${names}) values (${names.map(() => '?')})`;
            await database
              .prepare(sql)
              .bind(...names.map((name) => row[name]))
              .run();
          }
        }
      }
    },
  };
}

async function backUpPostgres(connectionString: string): Promise<{ putBack(): Promise<void> }> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('directory', 'mail_state') and tablename not like '%migrations%'`,
  );
  const dump = new Map<string, unknown>();
  for (const { name } of rows) {
    const held = await client.query<{ all: unknown }>(
      `select coalesce(json_agg(t), '[]') as all from ${name} as t`,
    );
    dump.set(name, held.rows[0]?.all);
  }
  return {
    async putBack() {
      for (const [name, held] of dump) {
        await client.query(`truncate ${name} cascade`);
        await client.query(
          `insert into ${name} overriding system value select * from json_populate_recordset(null::${name}, $1)`,
          [JSON.stringify(held)],
        );
      }
      await client.end();
    },
  };
}
