import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fine, trouble, unknown, warning } from '../../shared/admin/doctor.ts';
import type { DeadLetterCountView, DoctorFinding, DoctorView, DomainView } from '../../shared/admin-api.ts';
import type { DomainDnsView } from '../../shared/admin-domains.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError } from '../command.ts';
import { PROJECT_ROOT } from '../local/home.ts';
import { listed } from '../paging.ts';

/** Beyond these, signatures and codes that hold for a while go wrong. */
const SKEW_WARNING_MS = 30_000;
const SKEW_TROUBLE_MS = 300_000;

/** What the Worker says of itself, with its migrations and its clock held against what is here. */
export async function lookAtWorker(admin: AdminClient, now: () => number): Promise<DoctorFinding[]> {
  const asked = now();
  const view = await admin.post<DoctorView>('/doctor');
  const between = (asked + now()) / 2;
  return [
    fine('admin.token', 'opens the admin API'),
    ...view.findings,
    ...lookAtMigrations(view),
    lookAtClock(view.now - between),
  ];
}

function lookAtClock(skew: number): DoctorFinding {
  const check = 'clock';
  const seconds = Math.round(Math.abs(skew) / 1000);
  const what = `this machine is ${seconds} s ${skew > 0 ? 'behind' : 'ahead of'} the Worker`;
  const mend = 'set the clock of this machine by NTP';
  if (Math.abs(skew) >= SKEW_TROUBLE_MS) return trouble(check, what, mend);
  if (Math.abs(skew) >= SKEW_WARNING_MS) return warning(check, what, mend);
  return fine(check, 'as here');
}

/** Migrations of this copy of the project that a database lacks. */
function lookAtMigrations({ store, migrations }: DoctorView): DoctorFinding[] {
  return Object.entries(migrations).map(([database, names]) => {
    const check = `migrations.${database}`;
    const expected = filesOf(database);
    const missing = expected.filter((name) => !names.includes(name));
    const strange = names.filter((name) => !expected.includes(name));
    if (missing.length > 0)
      return trouble(
        check,
        `lacks ${missing.length}: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''}`,
        store === 'postgres'
          ? 'waypost migrate --postgres URL'
          : '"waypost setup" applies them; "npm start" does here',
      );
    if (strange.length > 0)
      return warning(
        check,
        `has ${strange.at(-1)}, which is unknown here`,
        'use the version of Waypost that is deployed',
      );
    return fine(check, `has all ${expected.length}`);
  });
}

function filesOf(database: string): string[] {
  const directory = database.startsWith('MAIL_') ? 'mail' : database.toLowerCase();
  return readdirSync(join(PROJECT_ROOT, 'migrations', directory)).filter((name) => name.endsWith('.sql'));
}

/** Messages that queues gave up on. */
export async function lookAtDeadLetters(admin: AdminClient): Promise<DoctorFinding[]> {
  const { items } = await admin.get<{ items: DeadLetterCountView[] }>('/dead-letters/counts');
  const waiting = items.filter((one) => one.waiting > 0);
  if (waiting.length === 0) return [fine('dead-letters', 'none wait')];
  return waiting.map((one) =>
    warning(
      `dead-letters.${one.queue}`,
      `${one.waiting} wait`,
      `waypost dlq list --queue ${one.queue}, then waypost dlq replay or waypost dlq discard`,
    ),
  );
}

export async function domainsOf(admin: AdminClient): Promise<DomainView[]> {
  return (await listed<DomainView>(admin, '/domains', {}, {})).filter(({ enabled }) => enabled);
}

/** The DNS records of each domain. */
export async function lookAtDns(
  admin: AdminClient,
  domains: readonly DomainView[],
): Promise<DoctorFinding[]> {
  if (domains.length === 0) return [unknown('dns', 'there is no domain yet: waypost domain add example.com')];
  const findings: DoctorFinding[] = [];
  // One after the other: each asks a dozen records.
  for (const { domain } of domains) {
    const { checks } = await admin.get<DomainDnsView>(`/domains/${encodeURIComponent(domain)}/dns`);
    for (const one of checks) {
      const check = `dns.${domain}.${one.what}`;
      const what = `${one.name} ${one.type} ${one.state}: ${one.why}`;
      const mend =
        one.expected === ''
          ? `waypost domain dns ${domain}`
          : `make it ${one.expected.split('\n').join(' and ')}`;
      if (one.state === 'ok') findings.push(fine(check, `${one.name} ${one.type}`));
      else if (one.state === 'unknown') findings.push(unknown(check, what));
      else if (one.state === 'missing' && !one.required)
        findings.push({ ...fine(check, `${what} (optional)`), mend });
      else findings.push((one.required ? trouble : warning)(check, what, mend));
    }
  }
  return findings;
}

/** What a check says; trouble of its own when the admin API refuses. */
export async function asked(
  check: string,
  mend: string,
  work: () => Promise<DoctorFinding[]>,
): Promise<DoctorFinding[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [trouble(check, error.message, mend)];
  }
}
