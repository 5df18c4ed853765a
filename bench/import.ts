import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdminClient } from '../cli/admin-client.ts';
import { createProgress } from '../cli/progress.ts';
import { exportMailbox } from '../cli/takeout/export.ts';
import { importTakeout } from '../cli/takeout/import.ts';
import { importFile } from '../cli/takeout/import-files.ts';
import { allAreas, type Manifest } from '../cli/takeout/layout.ts';
import type { Counts } from '../cli/takeout/sender.ts';
import { mboxEntry } from '../codecs/mbox/index.ts';
import { workerdMemory } from './local.ts';
import { benchMessage } from './mail.ts';
import { round, timed } from './stats.ts';

interface ImportFigures {
  /** Items a second. */
  mbox: number;
  vcards: number;
  takeoutOut: number;
  takeoutIn: number;
  /** MiB that workerd grew while all this went on. */
  grownMb: number;
}

/** Files of `n` messages of 10 KB and of `n` contacts into one mailbox, then all of it out and into another. */
export async function importFigures(
  worker: { url: string; adminToken: string },
  [from, to]: [string, string],
  n: number,
): Promise<ImportFigures> {
  const admin = createAdminClient(worker.url, worker.adminToken);
  const dir = await mkdtemp(join(tmpdir(), 'waypost-bench-import-'));
  const progress = createProgress(process.stderr, true);
  try {
    const mail = join(dir, 'mail.mbox');
    const entry = (i: number) =>
      mboxEntry(Buffer.from(benchMessage(from, 10_000)), 'sender@bench.test', 1_700_000_000_000 + i * 60_000);
    await writeFile(mail, Buffer.concat(Array.from({ length: n }, (_, i) => entry(i)).flat()));
    const people = join(dir, 'people.vcf');
    await writeFile(people, Array.from({ length: n }, (_, i) => card(i)).join(''));
    const before = workerdMemory();
    const rate = async (items: number, work: () => Promise<Counts>) => {
      let counts: Counts | null = null;
      const ms = await timed(async () => {
        counts = await work();
      });
      const { imported } = counts ?? { imported: 0 };
      if (imported !== items) throw new Error(`import brought ${imported} of ${items}`);
      return round(items / (ms / 1000));
    };
    const into = { address: from, folder: null, progress };
    const mbox = await rate(n, async () => (await importFile(admin, mail, into)).counts);
    const vcards = await rate(n, async () => (await importFile(admin, people, into)).counts);
    const out = join(dir, 'takeout');
    let manifest: Manifest | null = null;
    const ms = await timed(async () => {
      manifest = await exportMailbox(admin, { address: from, dir: out, areas: allAreas(), progress });
    });
    if (manifest === null) throw new Error('the export left no manifest');
    const taken: Manifest = manifest;
    const takeoutIn = await rate(2 * n, () => importTakeout(admin, out, taken, { address: to, progress }));
    const grownMb = round((workerdMemory() - before) / 1024);
    return { mbox, vcards, takeoutOut: round((2 * n) / (ms / 1000)), takeoutIn, grownMb };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function card(i: number): string {
  return [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `UID:bench-${i}`,
    `FN:Person Number ${i}`,
    `N:Number ${i};Person;;;`,
    `EMAIL;TYPE=WORK:person${i}@bench.test`,
    `TEL;TYPE=CELL:+49 30 ${1_000_000 + i}`,
    'ADR;TYPE=HOME:;;Main Street 1;Berlin;;10115;Germany',
    'NOTE:Met at the fair\\, wants to hear of the new one.',
    'END:VCARD',
    '',
  ].join('\r\n');
}
