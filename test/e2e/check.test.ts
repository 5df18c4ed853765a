/** What the check finds when the rows are tampered with, and what it puts right. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckView, FindingView } from '../../shared/admin-api.ts';
import { contact, event } from '../contract/pim-items.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';
import { dropRows, refOf, runSql, storesOf } from '../support/rebuilding.ts';

describe.each(['d1', 'postgres'] as const)('the check on %s', (store) => {
  // Of its own: what an isolate remembers of an address outlives the server in this process.
  const address = `ann@${store}.example`;
  let waypost: InProcess;
  let shard: string;
  let ref: ReturnType<typeof refOf>;
  let stores: Awaited<ReturnType<typeof storesOf>>;

  beforeAll(async () => {
    waypost = await startInProcess({ store });
    const ann = await waypost.addUser(address);
    await waypost.addUser(`bob@${store}.example`);
    stores = await storesOf(waypost);
    shard = (await stores.directory.getTenant(ann.tenantId))?.mailShard ?? '';
    ref = refOf(ann, shard);
    for (let n = 0; n < 6; n++) {
      const raw = buildMail({ to: address, subject: `mail ${n}`, text: `word${n}` });
      await waypost.email('sender@out.example', address, raw);
    }
    await waypost.drain();
  });
  afterAll(() => waypost?.stop());

  async function check(options: Record<string, unknown> = {}): Promise<FindingView[]> {
    const findings: FindingView[] = [];
    let cursor: string | null = null;
    do {
      const request = { young: true, ...options, cursor };
      const view: CheckView = await waypost.admin<CheckView>('POST', '/check', request);
      findings.push(...view.findings);
      cursor = view.cursor;
    } while (cursor !== null);
    return findings;
  }
  const names = (findings: FindingView[]) => findings.map((f) => f.check).sort();
  const items = async () => (await stores.archive.mailbox(ref).items('', 100)).lines;

  it('finds nothing where nothing is wrong', async () => {
    expect(await check()).toEqual([]);
  });

  it('I9 I13 I15: names what the rows contradict, and puts it right', async () => {
    const [first, second, third, fourth] = await items();
    const scope = `tenant_id = '${ref.tenantId}' and mailbox_id = '${ref.mailboxId}'`;
    const sql = (text: string) => runSql(waypost, 'mail', shard, text);
    await sql(`update mailboxes set size_bytes = 5, item_count = 77, modseq = 3 where ${scope}`);
    await sql(`update folders set content_modseq = 1 where ${scope} and folder_id = '2'`);
    await sql(`update items set read_modseq = modseq + 1 where ${scope} and item_id = '${first?.itemId}'`);
    await sql(`update items set folder_id = 'nowhere' where ${scope} and item_id = '${second?.itemId}'`);
    await sql(`insert into tombstones (tenant_id, mailbox_id, folder_id, item_id, modseq, raw_key, removed_at)
      values ('${ref.tenantId}', '${ref.mailboxId}', '2', '${third?.itemId}', 2, null, null)`);
    await sql(`update messages set thread_id = 'other' where ${scope} and item_id = '${fourth?.itemId}'`);
    await sql(`insert into correspondents (tenant_id, mailbox_id, item_id, address, name, uses)
      values ('${ref.tenantId}', '${ref.mailboxId}', 'ghost', 'g@example.com', '', 1)`);
    await sql(`delete from folders where ${scope} and role = 'archive'`);
    const wrong = [
      ...['aspect-ahead', 'counters', 'default-folder-missing', 'folder-behind', 'folder-missing'],
      ...['modseq-behind', 'person-without-item', 'removed-and-there', 'thread-differs'],
    ];
    const found = await check();
    expect(names(found)).toEqual(wrong);
    expect(found.every((f) => !f.mended && f.mailboxId === ref.mailboxId)).toBe(true);
    expect(found.find((f) => f.check === 'folder-missing')?.examples).toEqual([second?.itemId]);
    expect((await check({ mend: true })).filter((f) => !f.mended)).toEqual([]);
    expect(await check()).toEqual([]);
    expect((await items()).map((line) => line.folderId)).toEqual(Array(6).fill('2'));
    await waypost.drain();
    const { items: audited } = await waypost.admin<{ items: { resource: string }[] }>(
      'GET',
      '/audit?action=check.mend',
    );
    expect(audited.map((event) => event.resource)).toEqual([ref.mailboxId]);
  });

  it('I6 I7: names raws without rows, rows without raws, and what the index lacks or has too much of', async () => {
    const [first, second, third] = await items();
    const { BLOBS } = await waypost.bindings<{ BLOBS: { delete(key: string): Promise<void> } }>();
    await BLOBS.delete(first?.kind === 'message' ? first.rawKey : '');
    await dropRows(waypost, shard, ref, second?.itemId ?? '');
    await stores.search.remove(ref, [third?.itemId ?? '']);
    const found = await check();
    expect(names(found)).toEqual([
      'counters',
      'document-without-item',
      'not-indexed',
      'raw-missing',
      'raw-without-row',
    ]);
    await check({ mend: true });
    await waypost.drain();
    expect(names(await check())).toEqual(['raw-missing']);
    expect((await items()).map((line) => line.itemId).sort()).toContain(second?.itemId);
  });

  it('names objects that contradict their items, and puts right what can be put right', async () => {
    const mailbox = stores.mail.mailbox(ref);
    await mailbox.putItems([event('e1', '8'), event('e2', '8'), contact('c1', '9'), contact('c2', '9')]);
    const absent = await check({ address });
    expect(absent.find((f) => f.check === 'not-indexed')?.examples).toEqual(['c1', 'c2', 'e1', 'e2']);
    await check({ address, mend: true });
    await waypost.drain();
    const before = (await check({ address })).map((f) => f.check);
    expect(before).not.toContain('not-indexed');
    const scope = `tenant_id = '${ref.tenantId}' and mailbox_id = '${ref.mailboxId}'`;
    const sql = (text: string) => runSql(waypost, 'mail', shard, text);
    await sql(`update items set kind = 'task', size = 1 where ${scope} and item_id = 'e1'`);
    await sql(`delete from items where ${scope} and item_id = 'e2'`);
    await sql(`update objects set document = '{"half' where ${scope} and item_id = 'c1'`);
    await sql(`delete from objects where ${scope} and item_id = 'c2'`);
    const known = new Set(before);
    const fresh = async (options = {}) =>
      Object.fromEntries(
        (await check({ address, ...options }))
          .filter((f) => !known.has(f.check))
          .map((f) => [f.check, f.examples]),
      );
    expect(await fresh()).toEqual({
      'kind-differs': ['e1'],
      'object-size-differs': ['c1', 'e1'],
      'object-without-item': ['e2'],
      unreadable: ['c1'],
      'item-without-content': ['c2'],
      counters: [ref.mailboxId],
      'document-without-item': ['e2'],
    });
    await check({ address, mend: true });
    expect(await fresh()).toEqual({ unreadable: ['c1'], 'item-without-content': ['c2'] });
    expect(await mailbox.itemStates(['e1'])).toMatchObject([{ kind: 'event' }]);
    await mailbox.remove(['c1', 'c2'], 5);
    expect(await fresh()).toEqual({ 'document-without-item': ['c1', 'c2'] });
    await check({ address, mend: true });
  });

  it('reads past JSON that is none, and says where it is', async () => {
    const [, second] = await items();
    const scope = `tenant_id = '${ref.tenantId}' and mailbox_id = '${ref.mailboxId}'`;
    await runSql(
      waypost,
      'mail',
      shard,
      `update items set flag = '{half' where ${scope} and item_id = '${second?.itemId}'`,
    );
    const found = await check({ address });
    expect(found.find((f) => f.check === 'unreadable')?.examples).toEqual([second?.itemId]);
  });
});
