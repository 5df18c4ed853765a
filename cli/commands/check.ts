import type { CheckView, FindingView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable, shorten } from '../output.ts';

export const check = defineCommand({
  name: 'check',
  summary: 'check that rows, raws, search index and outbox agree with each other',
  details: 'Ends with exit code 1 when something is wrong that was not put right.',
  positionals: [],
  flags: {
    tenant: { type: 'string', value: 'ID', help: 'only this tenant' },
    user: { type: 'string', value: 'ADDRESS', help: 'only the mailbox of this user' },
    mend: { type: 'boolean', help: 'put right what can be put right' },
    young: { type: 'boolean', help: 'also what came in the last 15 minutes and may still be on its way' },
  },
  examples: ['waypost check', 'waypost check --user ann@example.test --mend'],
  async run({ flags, out }) {
    const report = await withLocalServer(({ admin }) =>
      checkAll(admin, {
        tenantId: flags.tenant ?? null,
        address: flags.user ?? null,
        mend: flags.mend,
        young: flags.young,
      }),
    );
    const wrong = report.findings.filter((one) => !one.mended).length;
    out.result(report, () => {
      const rows = report.findings.map((f) => [
        f.check,
        f.mailboxId ?? f.tenantId,
        f.count,
        f.mended ? 'mended' : 'wrong',
        shorten(printable(f.examples.join(' ')), 60),
      ]);
      const all = `${report.mailboxes} mailboxes and ${report.items} items, raws and entries were checked.`;
      out.table(['check', 'where', 'cases', 'state', 'e.g.'], rows, `Everything is as it should be: ${all}`);
      if (rows.length > 0) out.line(all);
    });
    if (wrong > 0) throw new CommandError(`${wrong} checks failed`);
  },
});

interface CheckReport {
  findings: FindingView[];
  mailboxes: number;
  items: number;
}

/** Goes through all steps. Findings of one check in one place are one. */
export async function checkAll(
  admin: AdminClient,
  options: { tenantId: string | null; address: string | null; mend: boolean; young: boolean },
): Promise<CheckReport> {
  const findings = new Map<string, FindingView>();
  let [mailboxes, items] = [0, 0];
  let cursor: string | null = null;
  do {
    const step: CheckView = await admin.post('/check', { ...options, cursor });
    mailboxes += step.mailboxes;
    items += step.items;
    for (const one of step.findings) {
      const key = JSON.stringify([one.check, one.tenantId, one.mailboxId, one.mended]);
      const before = findings.get(key);
      findings.set(
        key,
        before === undefined
          ? one
          : {
              ...one,
              count: before.count + one.count,
              examples: [...before.examples, ...one.examples].slice(0, 20),
            },
      );
    }
    cursor = step.cursor;
  } while (cursor !== null);
  return { findings: [...findings.values()], mailboxes, items };
}
