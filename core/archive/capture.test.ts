/** What is written down of a mailbox, by whom, and what is left of it when writers die (I28). Runs on the stores in memory. */
import { describe, expect, it } from 'vitest';
import { createMemoryObjectStore, createMemoryStores } from '../../store/memory/index.ts';
import { event } from '../../test/contract/pim-items.ts';
import { message } from '../../test/contract/subject.ts';
import type { ObjectStore } from '../ports/objects.ts';
import { capture } from './capture.ts';
import { forgetHistory } from './forget.ts';
import { segmentsPrefix, snapshotsPrefix } from './keys.ts';
import { parseLines } from './lines.ts';
import { readOverlay, readPart } from './plan.ts';
import { writeSnapshot } from './snapshot.ts';

const REF = { tenantId: 't1', mailboxId: 'u1', shard: 'MAIL_1' };
const DAY = 24 * 3600_000;

async function world() {
  const clock = { now: 1_800_000_000_000 };
  const now = () => clock.now;
  const stores = createMemoryStores(['MAIL_1']);
  const objects = createMemoryObjectStore(now);
  const mailbox = stores.mail.mailbox(REF);
  const archive = stores.archive.mailbox(REF);
  const keys = async (prefix: string) => (await objects.list(prefix, '', 1000)).objects.map((o) => o.key);
  return { clock, now, objects, mailbox, archive, ports: { archive, objects, now }, keys };
}

/** The newest line of each item, from the bucket alone. */
async function known(objects: ObjectStore) {
  const overlay = await readOverlay(objects, REF);
  const items = new Map<string, { folderId: string; kind: string }>();
  const { snapshot } = overlay ?? { snapshot: null };
  for (let part = 0; snapshot !== null && part < snapshot.parts; part++) {
    for (const line of (await readPart(objects, REF, snapshot, part)).lines) {
      if ('itemId' in line) items.set(line.itemId, line);
    }
  }
  for (const line of overlay?.items.values() ?? []) items.set(line.itemId, line);
  return { overlay, items: [...items].map(([id, { kind, folderId }]) => `${id} ${kind} ${folderId}`).sort() };
}

describe('capture', () => {
  it('begins with a snapshot, goes on with segments of what is new, and writes nothing where nothing is', async () => {
    const { mailbox, ports, objects, keys } = await world();
    expect(await capture(ports)).toMatchObject({ kind: 'absent' });
    await mailbox.create(1);
    await mailbox.insertMany([message('a'), message('b')]);
    expect(await capture(ports)).toMatchObject({ kind: 'snapshot' });
    expect(await capture(ports)).toMatchObject({ kind: 'none' });
    await mailbox.move(['item-a'], '3');
    expect(await capture(ports)).toMatchObject({ kind: 'segment', lines: 1 });
    await mailbox.remove(['item-b'], 5);
    await mailbox.insert(message('c'));
    expect(await capture(ports)).toMatchObject({ kind: 'segment', lines: 2 });
    expect(await keys(segmentsPrefix(REF))).toHaveLength(2);
    expect((await known(objects)).items).toEqual(['item-a message 3', 'item-b gone 2', 'item-c message 2']);
  });

  it('tells folders and settings only when they changed, also where that has no number of its own', async () => {
    const { mailbox, ports, objects, clock } = await world();
    await mailbox.create(1);
    await capture(ports);
    await mailbox.createFolder({ folderId: 'f', parentId: null, displayName: 'F', itemClass: 'Email' });
    expect(await capture(ports)).toMatchObject({ kind: 'segment', lines: 1 });
    for (const text of ['one', 'two']) {
      clock.now++;
      await mailbox.putSetting('oof', { text });
      expect(await capture(ports)).toMatchObject({ kind: 'segment', lines: 1 });
    }
    await mailbox.insert(message('a'));
    expect(await capture(ports)).toMatchObject({ kind: 'segment', lines: 1 });
    const { overlay } = await known(objects);
    expect(overlay?.folders?.map((f) => f.folderId)).toContain('f');
    expect(overlay?.asides.get('mailbox_settings')).toEqual([{ name: 'oof', value: '{"text":"two"}' }]);
  });

  it('a writer that died after it wrote is waited for, and then its segment counts no more', async () => {
    const { mailbox, archive, ports, objects, clock } = await world();
    await mailbox.create(1);
    await capture(ports);
    await mailbox.insert(message('a'));
    const dead = { ...archive, advance: async () => Promise.reject(new Error('died')) };
    await expect(capture({ ...ports, archive: dead })).rejects.toThrow('died');
    await mailbox.move(['item-a'], '3');
    expect(await capture(ports)).toMatchObject({ kind: 'busy' });
    clock.now += 61_000;
    const before = (await mailbox.usage()).modseq;
    expect(await capture(ports)).toMatchObject({ kind: 'snapshot' });
    expect((await mailbox.usage()).modseq).toBeGreaterThan(before + 999_999);
    await mailbox.insert(message('b'));
    expect(await capture(ports)).toMatchObject({ kind: 'segment' });
    expect((await known(objects)).items).toEqual(['item-a message 3', 'item-b message 2']);
  });

  it('a change whose segment cannot be written is written by the next one', async () => {
    const { mailbox, ports, objects } = await world();
    await mailbox.create(1);
    await capture(ports);
    await mailbox.insert(message('a'));
    const down = { ...objects, create: async () => Promise.reject(new Error('R2 is down')) };
    await expect(capture({ ...ports, objects: down })).rejects.toThrow('R2 is down');
    await mailbox.setFlags([{ itemId: 'item-a', isRead: true }]);
    expect(await capture(ports)).toMatchObject({ kind: 'segment', lines: 1 });
    expect((await known(objects)).items).toEqual(['item-a message 2']);
  });

  it('of two writers at once one wins, and nothing is lost', async () => {
    const { mailbox, ports, objects } = await world();
    await mailbox.create(1);
    await capture(ports);
    for (let n = 0; n < 10; n++) {
      await mailbox.insert(message(`m${n}`));
      const done = await Promise.all([capture(ports), capture(ports)]);
      expect(done.filter(({ kind }) => kind === 'segment')).toHaveLength(1);
    }
    expect((await known(objects)).items).toHaveLength(10);
  });

  it('takes a new snapshot when much was written since the last, and forgets what two snapshots hold when it is old', async () => {
    const { mailbox, ports, keys, clock, objects } = await world();
    await mailbox.create(1);
    await capture(ports);
    await mailbox.insert(message('a'));
    const kinds = new Set<string>();
    for (let n = 0; n < 205; n++) {
      clock.now += 1000;
      await mailbox.setFlags([{ itemId: 'item-a', isRead: n % 2 === 0 }]);
      kinds.add((await capture(ports)).kind);
    }
    expect(kinds).toEqual(new Set(['segment', 'snapshot']));
    expect((await keys(segmentsPrefix(REF))).length).toBeGreaterThan(200);
    for (let n = 0; n < 3; n++) {
      clock.now += 40 * DAY;
      await mailbox.setFlags([{ itemId: 'item-a', categories: [`${n}`] }]);
      await capture(ports);
      await writeSnapshot(ports, await ports.archive.head());
    }
    expect((await keys(segmentsPrefix(REF))).length).toBeLessThan(5);
    expect((await keys(snapshotsPrefix(REF))).filter((key) => key.endsWith('manifest.json'))).toHaveLength(2);
    expect((await known(objects)).items).toEqual(['item-a message 2']);
  });
});

describe('forgetting', () => {
  it('I27: leaves nothing of an object that was removed, and no older version of one that is there', async () => {
    const { mailbox, ports, objects, keys } = await world();
    await mailbox.create(1);
    await mailbox.putItems([event('e', '8', { title: 'a secret' }), event('f', '8', { title: 'vorher' })]);
    await capture(ports);
    await mailbox.putItem(event('f', '8', { title: 'nachher' }));
    await mailbox.remove(['e'], 5);
    await capture(ports);
    const whole = async () => {
      const texts = (await keys('actions/')).map(async (key) => (await objects.read(key))?.text ?? '');
      return (await Promise.all(texts)).join('');
    };
    expect(await whole()).toContain('a secret');
    expect(await forgetHistory(ports)).toBeGreaterThan(2);
    const left = await whole();
    expect([left.includes('a secret'), left.includes('vorher'), left.includes('nachher')]).toEqual([
      false,
      false,
      true,
    ]);
    expect((await known(objects)).items).toEqual(['e gone 8', 'f object 8']);
  });

  it('I27: leaves nothing of what was erased, and all of what is there', async () => {
    const { mailbox, ports, objects, keys } = await world();
    await mailbox.create(1);
    await mailbox.insertMany([message('kept'), message('secret', { subject: 'a secret' })]);
    await capture(ports);
    await mailbox.remove(['item-secret'], 5);
    await capture(ports);
    const whole = async () => {
      const texts = (await keys('actions/')).map(async (key) => (await objects.read(key))?.text ?? '');
      return (await Promise.all(texts)).join('');
    };
    expect(await whole()).toContain('a secret');
    const erased = await mailbox.beginPurge(1e15, 10);
    await mailbox.endPurge(erased);
    expect(await forgetHistory(ports)).toBeGreaterThan(2);
    expect(await whole()).not.toContain('a secret');
    await mailbox.insert(message('later'));
    expect(await capture(ports)).toMatchObject({ kind: 'segment' });
    expect((await known(objects)).items).toEqual([
      'item-kept message 2',
      'item-later message 2',
      'item-secret gone 2',
    ]);
  });
});

describe('lines of the journal', () => {
  it('that cannot be read are counted, and never guessed', () => {
    const good =
      '{"kind":"gone","modseq":1,"itemId":"a","folderId":"2","removedAt":0,"rawKey":null,"kept":null}';
    const bad = [
      '{"kind":"gone"',
      '7',
      'null',
      '{"kind":"other"}',
      '{"kind":"message","itemId":"a"}',
      '{}',
      '[]',
    ];
    const { lines, damaged } = parseLines([good, ...bad, '', good].join('\n'));
    expect(lines).toHaveLength(2);
    expect(damaged).toBe(bad.length);
  });

  it('of another mailbox do not count', async () => {
    const { objects } = await world();
    const header = {
      kind: 'header',
      v: 1,
      tenantId: 't1',
      mailboxId: 'u2',
      shard: 'MAIL_1',
      from: 1,
      to: 9,
      at: 1,
    };
    await objects.create(`${segmentsPrefix(REF)}000000000000001.ndjson`, `${JSON.stringify(header)}\n`);
    expect(await readOverlay(objects, REF)).toMatchObject({ damaged: 1, modseq: 0 });
  });
});
