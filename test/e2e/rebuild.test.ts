/** I28: what people see is there again when the databases are gone and only the bucket is left. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Phone } from '../protocol/phone.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';
import {
  backUp,
  carryOut,
  dropAll,
  type House,
  rebuild,
  refOf,
  storesOf,
  visibleState,
  type Work,
  work,
  writeDown,
} from '../support/rebuilding.ts';

describe.each(['d1', 'postgres'] as const)('a rebuild on %s', (store) => {
  let waypost: InProcess;
  let house: House;
  let shard: string;
  // Of its own: a header that was verified is remembered by the process, which is that of both databases.
  const password = `a password on ${store}`;

  beforeAll(async () => {
    waypost = await startInProcess({ store });
    house = {
      waypost,
      stores: await storesOf(waypost),
      ann: await waypost.addUser('ann@example.com', password),
      bob: await waypost.addUser('bob@example.com'),
    };
    shard = (await house.stores.directory.getTenant(house.ann.tenantId))?.mailShard ?? '';
  });
  afterAll(() => waypost?.stop());

  const deliver = async (to: string, raw: Uint8Array) => {
    expect(await waypost.email('sender@out.example', to, raw)).toMatchObject({ outcome: 'ok' });
    await waypost.drain();
  };
  const play = async (pieces: Work[]) => {
    for (const piece of pieces) await carryOut(house, shard, piece, deliver);
  };
  const state = async () => ({
    ann: await visibleState(house.stores, refOf(house.ann, shard)),
    bob: await visibleState(house.stores, refOf(house.bob, shard)),
  });

  it('brings back everything that random work has made, after the databases were dropped', async () => {
    const samples = fc.sample(fc.array(work, { minLength: 60, maxLength: 60 }), {
      numRuns: store === 'd1' ? 6 : 2,
      seed: 7,
    });
    for (const [round, pieces] of samples.entries()) {
      await play(pieces.slice(0, 30));
      await writeDown(waypost, round % 2 === 1);
      await play(pieces.slice(30));
      await writeDown(waypost);
      const before = await state();
      await dropAll(waypost);
      const report = await rebuild(waypost, { limit: 17 });
      await waypost.drain();
      expect(report).toMatchObject({ damaged: 0, lost: [], placed: 0 });
      expect(await state()).toEqual(before);
      for (const user of [house.ann, house.bob]) {
        expect(await house.stores.archive.mailbox(refOf(user, shard)).irregularities()).toEqual([]);
      }
    }
  });

  it('finds by their raws alone the mail that came after the last of what was written down', async () => {
    await writeDown(waypost);
    const raw = buildMail({ to: 'bob@example.com', subject: 'the last one' });
    await waypost.email('sender@out.example', 'bob@example.com', raw);
    const bob = refOf(house.bob, shard);
    // Placed, but nothing of it is written down: the queue of that is lost with the rest.
    await waypost.drain();
    const { objects } = await objectsOf(waypost);
    const segments = await objects.keys(`actions/mail/${bob.tenantId}/${bob.mailboxId}/segments/`);
    await objects.remove(segments.at(-1) ?? '');
    const before = await state();
    await dropAll(waypost);
    expect(await rebuild(waypost)).toMatchObject({ placed: 1 });
    await waypost.drain();
    const after = await state();
    expect(after.bob.messages).toEqual(before.bob.messages);
  });

  it('F15 I17: brings databases that were put back to an earlier time up to what the bucket knows, and devices with them', async () => {
    const samples = fc.sample(fc.array(work, { minLength: 40, maxLength: 40 }), { numRuns: 1, seed: 11 });
    const phone = new Phone(waypost, 'ann@example.com', password);
    await phone.start();
    const earlier = await backUp(waypost);
    for (const pieces of samples) await play(pieces);
    const key = (await syncToTheEnd(phone)).key;
    await writeDown(waypost);
    const before = await state();
    await earlier.putBack();
    expect(await state()).not.toEqual(before);
    const report = await rebuild(waypost);
    await waypost.drain();
    expect(report).toMatchObject({ damaged: 0, lost: [] });
    expect(await state()).toEqual(before);
    for (const user of [house.ann, house.bob]) {
      expect(await house.stores.archive.mailbox(refOf(user, shard)).irregularities()).toEqual([]);
    }
    // What the phone was told is of a life that is over.
    expect((await phone.sync({ key })).status).toBe('3');
    phone.key = '0';
    const { ids } = await syncToTheEnd(phone);
    const inbox = before.ann.messages.filter((m) => m.folderId === '2').map((m) => m.itemId);
    expect([...ids].sort()).toEqual(inbox.sort());
  });

  it('goes on from databases that were put back and used without a rebuild: what they say since is what counts', async () => {
    const [first = [], second = [], third = []] = fc.sample(
      fc.array(work, { minLength: 25, maxLength: 25 }),
      {
        numRuns: 3,
        seed: 5,
      },
    );
    await play(first);
    await writeDown(waypost);
    const earlier = await backUp(waypost);
    await play(second);
    await writeDown(waypost);
    await earlier.putBack();
    await play(third);
    // The segment that begins here is there already, of the other life. It is left alone for a minute: it might be that of a
    // writer who is about to account for it.
    const { objects } = await objectsOf(waypost);
    await objects.age('actions/', 120_000);
    await writeDown(waypost);
    const before = await state();
    await dropAll(waypost);
    await rebuild(waypost);
    await waypost.drain();
    const after = await state();
    // Mail of the other life is in the bucket, and is mail all the same.
    // But not drafts: saving one again deletes what it was before, in whichever life.
    const known = new Set(before.ann.messages.filter((m) => !m.isDraft).map((m) => m.itemId));
    expect(after.ann.messages.filter((m) => known.has(m.itemId))).toEqual(
      before.ann.messages.filter((m) => known.has(m.itemId)),
    );
    expect(after.ann.folders).toEqual(before.ann.folders);
    expect(after.ann.asides).toEqual(before.ann.asides);
  });

  it('touches no mailbox that knows all that was written down, and says what it would do', async () => {
    await writeDown(waypost);
    const before = await state();
    expect(await rebuild(waypost)).toMatchObject({ intact: 2, restored: 0, placed: 0, rows: 0 });
    await dropAll(waypost);
    await rebuild(waypost, { address: 'nobody@example.com' });
    const told = await rebuild(waypost, { dryRun: true });
    const { ann, bob } = before;
    expect(told.restored).toBe(ann.messages.length + ann.objects.length + bob.messages.length);
    expect((await house.stores.mail.mailbox(refOf(house.ann, shard)).usage()).exists).toBe(false);
    await rebuild(waypost);
    await waypost.drain();
    expect(await state()).toEqual(before);
  });
});

/** Keys in the bucket, for tampering. */
async function objectsOf(waypost: InProcess) {
  interface Bucket {
    list(options: { prefix: string }): Promise<{ objects: { key: string; uploaded: Date }[] }>;
    delete(key: string): Promise<void>;
  }
  const { BLOBS } = await waypost.bindings<{ BLOBS: Bucket }>();
  return {
    objects: {
      keys: async (prefix: string) => (await BLOBS.list({ prefix })).objects.map((o) => o.key),
      remove: (key: string) => BLOBS.delete(key),
      /** The double of the bucket gives its own dates away. */
      async age(prefix: string, ms: number) {
        for (const { uploaded } of (await BLOBS.list({ prefix })).objects)
          uploaded.setTime(uploaded.getTime() - ms);
      },
    },
  };
}

/** Syncs the Inbox until nothing is left; the last key and the ids of what is there. */
async function syncToTheEnd(phone: Phone): Promise<{ key: string; ids: Set<string> }> {
  const ids = new Set<string>();
  if (phone.key === '0') await phone.sync();
  for (let more = true; more; ) {
    const collection = await phone.sync({ window: 100 });
    for (const added of collection.adds) ids.add(added.serverId);
    for (const gone of collection.deletes) ids.delete(gone);
    more = collection.more || collection.adds.length > 0;
  }
  return { key: phone.key, ids };
}
