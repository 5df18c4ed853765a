import { beforeEach, describe, expect, it } from 'vitest';
import type { FolderRole } from '../../core/mail/types.ts';
import { SPAM_SETTING } from '../../core/trust/spam-settings.ts';
import { ingestWorld } from '../../test/support/ingest-world.worker.ts';
import { buildMail } from '../../test/support/mail.ts';
import { forgetTrustSettings } from '../trust-settings.ts';
import { learningFromMoves } from './learning.ts';

const SPAM_WORDS =
  'cheap pills winner casino bonus offer click discount miracle replica watches lottery'.split(' ');
const HAM_WORDS =
  'meeting budget lunch garden report family train invoice school weekend project thanks'.split(' ');

let seed = 0;
/** A number from 0 on below `n`, the same ones in each run. */
function pick(n: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
  return (seed >> 8) % n;
}

function words(own: string[], other: string[]): string {
  const some = Array.from({ length: 12 }, () => own[pick(own.length)]);
  return [...some, other[pick(other.length)], 'and', 'the', 'with', `n${pick(1000)}`].join(' ');
}

async function world() {
  const w = await ingestWorld(['ann', 'bob']);
  const running: Promise<unknown>[] = [];
  const mail = learningFromMoves({ ...w.services, defer: (work) => void running.push(work) });
  async function arrive(kind: 'spam' | 'ham', name = 'ann') {
    const [own, other] = kind === 'spam' ? [SPAM_WORDS, HAM_WORDS] : [HAM_WORDS, SPAM_WORDS];
    const raw = buildMail({
      from: `Somebody <x${pick(1000)}@${kind}-${pick(5)}.example>`,
      subject: words(own, other).slice(0, 40),
      text: words(own, other),
    });
    const job = await w.store(raw, name);
    await w.consume([job]);
    const itemId = job.key.split('/').at(-1)?.replace('.eml', '') ?? '';
    const mailbox = mail.mailbox(w.refs.get(name) ?? job);
    const folders = await mailbox.folders();
    const folderOf = (role: FolderRole) => folders.find((f) => f.role === role)?.folderId ?? '';
    const look = async () => {
      const [message] = await mailbox.messages([itemId]);
      return {
        role: folders.find((f) => f.folderId === message?.folderId)?.role,
        spam: message?.verdict?.spam ?? null,
      };
    };
    const move = async (role: FolderRole) => {
      await mailbox.move([itemId], folderOf(role));
      await Promise.all(running.splice(0));
    };
    return { itemId, look, move };
  }
  const totals = async (name = 'ann') => {
    const ref = w.refs.get(name);
    if (ref === undefined) throw new Error('nobody of that name');
    return (await w.stores.spamTokens.counts(ref, [])).mailbox.totals;
  };
  return { ...w, arrive, totals };
}

describe('learning by moves', () => {
  beforeEach(() => {
    seed = 1;
  });

  it('separates a hundred messages, and goes for the whole tenant where a mailbox has learned nothing', async () => {
    const { arrive, totals, services } = await world();
    // Until the hundred are through, their reader does all of the sorting.
    await services.directory.putTenantSetting('t1', SPAM_SETTING, { threshold: 1 });
    for (let n = 0; n < 50; n++) {
      await (await arrive('spam')).move('junk');
      await (await arrive('ham')).move('archive');
    }
    expect(await totals()).toEqual({ spam: 50, ham: 50 });
    await services.directory.putTenantSetting('t1', SPAM_SETTING, {});
    forgetTrustSettings(services);
    for (const name of ['ann', 'bob']) {
      const kinds = { spam: [] as unknown[], ham: [] as unknown[] };
      for (let n = 0; n < 20; n++) {
        kinds.spam.push((await (await arrive('spam', name)).look()).role);
        kinds.ham.push((await (await arrive('ham', name)).look()).role);
      }
      expect(kinds.spam.filter((role) => role === 'junk').length).toBeGreaterThanOrEqual(19);
      expect(kinds.ham.filter((role) => role === 'inbox')).toHaveLength(20);
    }
  });

  it('counts a move once, takes it back with the move back, and ends where the last move says', async () => {
    const { arrive, totals } = await world();
    const one = await arrive('spam');
    await one.move('junk');
    await one.move('deleted');
    await one.move('junk');
    expect(await totals()).toEqual({ spam: 1, ham: 0 });
    await one.move('inbox');
    expect(await totals()).toEqual({ spam: 0, ham: 1 });
    await one.move('archive');
    await one.move('inbox');
    expect(await totals()).toEqual({ spam: 0, ham: 1 });
    await one.move('junk');
    expect(await totals()).toEqual({ spam: 1, ham: 0 });
  });

  it('learns nothing from moves into Deleted Items, nor of what the user wrote', async () => {
    const { arrive, totals, store, consume, box, services } = await world();
    await (await arrive('ham')).move('deleted');
    const job = await store(buildMail(), 'ann', services.now(), { submitted: true });
    await consume([job]);
    const folders = await box().folders();
    const junk = folders.find((f) => f.role === 'junk')?.folderId ?? '';
    const running: Promise<unknown>[] = [];
    const mail = learningFromMoves({ ...services, defer: (work) => void running.push(work) });
    await mail.mailbox(job).move([job.key.split('/').at(-1)?.replace('.eml', '') ?? ''], junk);
    await Promise.all(running);
    expect(await totals()).toEqual({ spam: 0, ham: 0 });
  });

  it('is off where the tenant has switched the filter off', async () => {
    const { arrive, totals, services } = await world();
    await services.directory.putTenantSetting('t1', SPAM_SETTING, { enabled: false });
    const one = await arrive('spam');
    expect(await one.look()).toEqual({ role: 'inbox', spam: null });
    await one.move('junk');
    expect(await totals()).toEqual({ spam: 0, ham: 0 });
  });

  it('does not keep a message from its reader when what was learned cannot be read', async () => {
    const { arrive, services, lines } = await world();
    services.spamTokens.counts = () => Promise.reject(new Error('no database'));
    const { look } = await arrive('ham');
    expect(await look()).toEqual({ role: 'inbox', spam: null });
    expect(lines.map((line) => line.event)).toContain('spam.failed');
  });
});
