import type { RebuildView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shortTime } from '../output.ts';

export const rebuild = defineCommand({
  name: 'rebuild',
  summary: 'make tenants and mailboxes again from the bucket alone',
  details:
    'After the databases were lost, or put back to an earlier time: users and their mailboxes, folders, flags, rules and\n' +
    'settings come from what was written down of them, messages from their raws. A mailbox whose database knows all that\n' +
    'was written down is left alone. Can be repeated; devices then sync anew.',
  positionals: [],
  flags: {
    tenant: { type: 'string', value: 'ID', help: 'only this tenant' },
    user: { type: 'string', value: 'ADDRESS', help: 'only the mailbox of this user' },
    'dry-run': { type: 'boolean', help: 'say what would be done' },
    force: { type: 'boolean', help: 'also mailboxes whose database seems to know all that was written down' },
  },
  examples: [
    'waypost rebuild --dry-run',
    'waypost rebuild',
    'waypost rebuild --user ann@example.test --force',
  ],
  async run({ flags, out }) {
    const report = await withLocalServer(({ admin }) =>
      rebuildAll(
        admin,
        {
          tenantId: flags.tenant ?? null,
          address: flags.user ?? null,
          dryRun: flags['dry-run'],
          force: flags.force,
        },
        (text) => {
          if (!out.json) out.note(text);
        },
      ),
    );
    out.result(report, () => {
      const did = flags['dry-run'] ? 'would be' : 'were';
      out.line(`${report.rows} rows of the directory ${did} added.`);
      out.line(`${report.mailboxes} mailboxes, ${report.intact} of them as they should be.`);
      out.line(
        `${report.restored} messages and other items ${did} made again, ${report.unchanged} are as they were.`,
      );
      out.line(`${report.placed} messages and ${report.drafts} drafts ${did} found by their raws alone.`);
      out.line(`${report.removed} removals ${did} repeated.`);
      if (report.outgoing > 0) {
        out.line(
          `${report.outgoing} messages for sending are known to no outbox: see rebuild.outgoing-unknown in the log.`,
        );
      }
      if (report.writtenAt !== null)
        out.line(`The newest that was written down is of ${shortTime(report.writtenAt)}.`);
      out.line(`It took ${(report.milliseconds / 1000).toFixed(1)} s.`);
    });
    const { lost, damaged, failed } = report;
    if (lost.length + damaged + failed.length > 0) {
      throw new CommandError(
        `${lost.length} messages have no raw any more, ${damaged} lines cannot be read, ${failed.length} raws wait in their queue`,
      );
    }
  },
});

export interface RebuildReport extends Omit<RebuildView, 'cursor' | 'stage' | 'tenantId' | 'address'> {
  steps: number;
  milliseconds: number;
}

interface RebuildOptions {
  tenantId: string | null;
  address: string | null;
  dryRun: boolean;
  force: boolean;
}

/** Steps of a message that fails whatever is tried are tried with fewer messages, and at last without parsing. */
const CAREFUL = [{}, {}, { limit: 20 }, { limit: 1 }, { limit: 1, unparsed: true }] as const;

/** Goes through all steps of a rebuild. */
export async function rebuildAll(
  admin: AdminClient,
  options: RebuildOptions,
  say: (text: string) => void,
): Promise<RebuildReport> {
  const began = Date.now();
  const report: RebuildReport = {
    ...{ steps: 0, milliseconds: 0, rows: 0, mailboxes: 0, intact: 0, restored: 0, unchanged: 0, people: 0 },
    ...{ removed: 0, placed: 0, drafts: 0, outgoing: 0, lost: [], damaged: 0, failed: [], writtenAt: null },
  };
  let cursor: string | null = null;
  do {
    const step = await stepOf(admin, { ...options, cursor });
    add(report, step);
    if (step.address !== null && step.mailboxes > 0) {
      say(
        `${step.address}: ${step.intact > 0 ? 'as it should be' : 'done'} (${report.restored} items so far)`,
      );
    }
    cursor = step.cursor;
  } while (cursor !== null);
  report.milliseconds = Date.now() - began;
  return report;
}

async function stepOf(
  admin: AdminClient,
  request: RebuildOptions & { cursor: string | null },
): Promise<RebuildView> {
  let last: unknown;
  for (const care of CAREFUL) {
    try {
      return await admin.post<RebuildView>('/rebuild', { ...request, ...care });
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

function add(report: RebuildReport, step: RebuildView): void {
  report.steps++;
  for (const key of COUNTED) report[key] += step[key];
  report.lost.push(...step.lost);
  report.failed.push(...step.failed);
  if (step.writtenAt !== null) report.writtenAt = Math.max(report.writtenAt ?? 0, step.writtenAt);
}

const COUNTED = [
  ...(['rows', 'mailboxes', 'intact', 'restored', 'unchanged', 'people'] as const),
  ...(['removed', 'placed', 'drafts', 'outgoing', 'damaged'] as const),
] as const;
