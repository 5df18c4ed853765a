import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { createProgress, type Progress } from '../progress.ts';
import { importTakeout, readManifest } from '../takeout/import.ts';
import { importFile } from '../takeout/import-files.ts';
import { MANIFEST } from '../takeout/layout.ts';
import { type Counts, noCounts } from '../takeout/sender.ts';

export const importCommand = defineCommand({
  name: 'import',
  summary: 'put files, or all that was taken out of a mailbox, into a mailbox',
  details:
    'Takes .mbox and .eml (mail), .ics (events, tasks, journal entries), .vcf (contacts), and folders that `waypost export`\n' +
    'wrote, of which everything comes back as it was. Rules do not run and nobody is answered. The same again adds\n' +
    'nothing; what was interrupted goes on.',
  positionals: [{ name: 'file', help: 'a file, or the folder of a takeout', many: true }],
  flags: {
    user: { type: 'string', value: 'ADDRESS', help: 'into whose mailbox', required: true },
    folder: { type: 'string', value: 'NAME', help: 'into this folder, made if need be; of files only' },
  },
  examples: [
    'waypost import ann --user ann@example.test',
    'waypost import old.mbox --user ann@example.test --folder "Old mail"',
    'waypost import friends.vcf --user ann@example.test',
  ],
  async run({ args, flags, out }) {
    const progress = createProgress(process.stderr, out.json);
    const total = { ...noCounts(), unreadable: 0 };
    await withLocalServer(async ({ admin }) => {
      for (const file of args) {
        const { counts, unreadable } = await importOne(
          admin,
          file,
          flags.user,
          flags.folder ?? null,
          progress,
        );
        for (const [name, count] of Object.entries(counts)) total[name as keyof Counts] += count;
        total.unreadable += unreadable;
      }
    });
    const { imported, present, unreadable } = total;
    out.result(total, () => {
      out.line(`${imported} items came into the mailbox of ${flags.user}; ${present} were there already.`);
    });
    const left = total['too-large'] + total.invalid + total['no-folder'] + total.failed + unreadable;
    if (left > 0) throw new CommandError(`${left} items were left out${reasons(total)}`);
  },
});

function reasons(total: Counts & { unreadable: number }): string {
  const named = [
    ['too large', total['too-large']],
    ['not readable', total.unreadable],
    ['not valid', total.invalid],
    ['without a folder', total['no-folder']],
    ['failed: see import.failed in the log', total.failed],
  ] as const;
  return `: ${named.flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : [])).join(', ')}`;
}

async function importOne(
  admin: AdminClient,
  file: string,
  address: string,
  folder: string | null,
  progress: Progress,
): Promise<{ counts: Counts; unreadable: number }> {
  const dir = basename(file) === MANIFEST ? dirname(file) : file;
  const isDir = await stat(dir).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDir) return importFile(admin, file, { address, folder, progress });
  const manifest = await readManifest(dir);
  if (manifest === null) throw new CommandError(`${dir} is no takeout: it has no ${MANIFEST}`);
  if (folder !== null) throw new CommandError('a takeout has folders of its own: leave --folder out');
  return { counts: await importTakeout(admin, dir, manifest, { address, progress }), unreadable: 0 };
}
