import { CommandError, defineCommand, UsageError } from '../command.ts';

export const drill = defineCommand({
  name: 'drill',
  summary: 'rehearse a loss of the databases on a copy of the local installation, and say what came back',
  details:
    'Works on a copy: makes a backup, goes on working, puts the databases back to the backup while the bucket is newer\n' +
    '(or with --total loses them), rebuilds, reconciles, checks and compares. Says how many changes were lost and of what\n' +
    'age (RPO), and how long it took until mail could be read again (RTO). Ends with exit code 1 when a message is missing\n' +
    'or the check finds something.',
  here: true,
  positionals: [],
  flags: {
    total: { type: 'boolean', help: 'lose the databases altogether' },
    fresh: { type: 'boolean', help: 'on a new installation, and not on a copy of this one' },
    postgres: { type: 'boolean', help: 'with --fresh: keep the data in PostgreSQL' },
    messages: { type: 'string', value: 'N', help: 'messages before and after the backup (default 30)' },
    seconds: { type: 'string', value: 'N', help: 'seconds of work between backup and loss (default 30)' },
  },
  examples: ['waypost drill', 'waypost drill --fresh --total --json'],
  async run({ flags, out }) {
    if (flags.postgres && !flags.fresh) throw new UsageError('--postgres needs --fresh', 'drill');
    const { runDrill } = await import('../drill/run.ts');
    const report = await runDrill({
      store: flags.postgres ? 'postgres' : 'd1',
      fresh: flags.fresh,
      total: flags.total,
      messages: whole(flags.messages, 30, 'messages'),
      seconds: whole(flags.seconds, 30, 'seconds'),
      say: (text) => {
        if (!out.json) out.note(text);
      },
    });
    out.result(report, () => {
      const { difference: d } = report;
      out.line(`Lost:       ${report.lost} (${report.store})`);
      out.line(`Before:     ${report.items} items in ${report.mailboxes} mailboxes`);
      out.line(
        `Since the backup, ${report.backupAgeSeconds} s old: ${report.delivered} messages, ${report.actions} actions`,
      );
      out.line(`Back:       ${report.restored} messages made again`);
      out.line(
        `Different:  ${d.missing} missing, ${d.extra} too many, ${d.changed} changed, ${d.frames.length} folder trees and settings`,
      );
      out.line(`RPO:        ${report.rpo.changes} changes, of the last ${report.rpo.seconds} s`);
      out.line(
        `RTO:        ${report.rto.readableSeconds} s until mail can be read, ${report.rto.checkedSeconds} s until all is checked`,
      );
      for (const { check, count } of report.findings) out.line(`Found:      ${check}, ${count} times`);
    });
    if (!report.passed) throw new CommandError('the drill has failed');
  },
});

function whole(text: string | undefined, otherwise: number, name: string): number {
  if (text === undefined) return otherwise;
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 10_000) {
    throw new UsageError(`--${name} is a number from 1 to 10000`, 'drill');
  }
  return n;
}
