import type { AuditFindingView, AuditVerifyView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { chainNamed } from './audit-flags.ts';

export const auditVerify = defineCommand({
  name: 'audit verify',
  summary: 'check that no row of the audit log was changed, removed, put in or moved',
  details:
    'Compares each row with the one before it, and the rows with the anchors of each day in the bucket. Ends with exit\n' +
    'code 1 when something is wrong.',
  positionals: [],
  flags: {
    tenant: {
      type: 'string',
      value: 'DOMAIN',
      help: 'only of the tenant with this domain; "installation": of none',
    },
  },
  examples: ['waypost audit verify', 'waypost audit verify --tenant example.test --json'],
  async run({ flags: { tenant }, out }) {
    const report = await withLocalServer(async ({ admin }) =>
      verifyAll(admin, (await chainNamed(admin, tenant)) ?? null),
    );
    out.result(report, () => {
      const rows = report.findings.map((f) => [f.kind, f.chain, f.from, f.to, f.what]);
      const all = `${report.rows} rows and ${report.anchors} anchors of ${report.chains} chains were checked.`;
      out.table(['finding', 'chain', 'from', 'to', 'what'], rows, `The audit log is whole: ${all}`);
      if (rows.length > 0) out.line(all);
    });
    if (report.findings.length > 0) throw new CommandError(`${report.findings.length} findings`);
  },
});

interface VerifyReport {
  findings: AuditFindingView[];
  rows: number;
  anchors: number;
  chains: number;
}

async function verifyAll(admin: AdminClient, tenantId: string | null): Promise<VerifyReport> {
  const report: VerifyReport = { findings: [], rows: 0, anchors: 0, chains: 0 };
  let cursor: string | null = null;
  do {
    const step: AuditVerifyView = await admin.post('/audit/verify', { tenantId, cursor });
    report.findings.push(...step.findings);
    report.rows += step.rows;
    report.anchors += step.anchors;
    report.chains += step.chains;
    cursor = step.cursor;
  } while (cursor !== null);
  return report;
}
