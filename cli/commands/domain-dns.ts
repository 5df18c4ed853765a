import type { DnsCheckView, DomainDnsView } from '../../shared/admin-domains.ts';
import { CommandError, defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { type Output, printable } from '../output.ts';

export const domainDns = defineCommand({
  name: 'domain dns',
  summary: 'print and check the DNS records that a domain needs',
  details:
    'MX, SPF, DKIM for each key, DMARC, MTA-STS and TLS-RPT, and the names by which mail programs set themselves up,\n' +
    'each with what it should be and what was found.\n' +
    'The exit code is 1 while something that is required is missing or wrong.',
  positionals: [{ name: 'domain', help: 'domain name' }],
  flags: {},
  examples: ['waypost domain dns example.test', 'waypost domain dns example.test --json'],
  async run({ args: [domain = ''], out }) {
    const report = await withLocalServer(({ admin }) =>
      admin.get<DomainDnsView>(`/domains/${encodeURIComponent(domain)}/dns`),
    );
    out.result(report, () => show(report, out));
    if (report.complete) return;
    const open = report.checks.filter(({ required, state }) => required && state !== 'ok').length;
    throw new CommandError(`${open} of ${report.checks.length} records need attention`);
  },
});

function show({ checks, mtaStsPolicy }: DomainDnsView, out: Output): void {
  out.table(['state', 'type', 'name', 'why'], checks.map(row), 'There is nothing to check.');
  for (const check of checks.filter(({ state }) => state !== 'ok')) {
    const expected = check.expected.split('\n').filter((line) => line !== '');
    if (expected.length === 0 && check.found.length === 0) continue;
    out.line();
    out.line(`${check.name} ${check.type}: ${check.state}`);
    for (const line of expected) out.line(`  should be  ${line}`);
    for (const line of check.found) out.line(`  is         ${printable(line)}`);
  }
  if (mtaStsPolicy === null) return;
  out.line();
  out.line('The MTA-STS policy that is served:');
  for (const line of mtaStsPolicy.trimEnd().split('\r\n')) out.line(`  ${line}`);
}

function row({ state, type, name, why, required }: DnsCheckView): string[] {
  return [state === 'missing' && !required ? 'optional' : state, type, name, why];
}
