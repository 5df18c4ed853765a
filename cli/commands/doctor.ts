import { unknown } from '../../shared/admin/doctor.ts';
import type { DoctorFinding } from '../../shared/admin-api.ts';
import { createAdminClient } from '../admin-client.ts';
import { configPath, readDeployment } from '../cloudflare/config-file.ts';
import { CommandError, defineCommand } from '../command.ts';
import { lookAtEmailRouting } from '../doctor/email-routing.ts';
import { lookAtMachine } from '../doctor/machine.ts';
import { lookAtCertificate, lookAtRoutes } from '../doctor/routes.ts';
import { asked, domainsOf, lookAtDeadLetters, lookAtDns, lookAtWorker } from '../doctor/worker.ts';
import { findRunning, withLocalServer } from '../local/connect.ts';
import { openHome, readInstallation } from '../local/home.ts';
import { type Output, printable } from '../output.ts';
import { remoteUrl, tokenFor } from '../remote/target.ts';

const NO_API =
  'look at its log ("npx wrangler tail"), and whether the token is that of the installation: waypost login URL';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'look at everything an installation needs, and say how to mend what is wrong',
  details:
    'Here: the machine, the state directory and the local Worker. With --remote: every binding, secret, setting, queue and\n' +
    'migration of the deployed Worker, its clock, routes and certificate, the DNS records of all domains, and with\n' +
    'CLOUDFLARE_API_TOKEN whether their mail goes to it. The exit code is 1 when there is trouble.',
  positionals: [],
  flags: {
    strict: { type: 'boolean', help: 'warnings are trouble too' },
    all: { type: 'boolean', help: 'also show what is well' },
  },
  examples: [
    'waypost doctor',
    'waypost doctor --remote https://mail.example.com',
    'waypost doctor --remote --json',
  ],
  async run({ flags, out }) {
    const url = remoteUrl();
    const findings = url === null ? await examineHere() : await examine(url, tokenFor(url));
    const bad = findings.filter(
      ({ state }) => state === 'trouble' || (flags.strict && state === 'warning'),
    ).length;
    out.result({ url: url?.origin ?? null, healthy: bad === 0, findings }, () =>
      show(findings, flags.all, out),
    );
    if (bad > 0) throw new CommandError(`${bad} of ${findings.length} checks need attention`);
  },
});

async function examineHere(): Promise<DoctorFinding[]> {
  const home = openHome();
  const running = await findRunning(home);
  const machine = await lookAtMachine(home, running !== null);
  if (running === null && (await readInstallation(home)) === null) return machine;
  const worker = await asked('worker', 'look at .waypost/worker.log, and at "npm start -- --verbose"', () =>
    withLocalServer(async ({ admin, url }) => [
      ...(await lookAtWorker(admin, Date.now)),
      ...(await lookAtDeadLetters(admin)),
      ...(await lookAtRoutes(url)),
    ]),
  );
  return [...machine, ...worker];
}

/** A deployed installation. Without a token only what everybody sees. */
async function examine(url: URL, token: string | null): Promise<DoctorFinding[]> {
  const outside = await Promise.all([lookAtRoutes(url), lookAtCertificate(url)]);
  if (token === null) {
    const hint = `not looked inside: there is no token for ${url.origin} ("waypost login ${url.origin}", WAYPOST_ADMIN_TOKEN)`;
    return [...outside.flat(), unknown('admin.token', hint)];
  }
  const admin = createAdminClient(url, token);
  const inside = await asked('admin.token', NO_API, () => lookAtWorker(admin, Date.now));
  if (inside[0]?.state === 'trouble' && inside.length === 1) return [...outside.flat(), ...inside];
  const letters = await asked('dead-letters', NO_API, () => lookAtDeadLetters(admin));
  const mail = await asked('dns', NO_API, async () => {
    const domains = await domainsOf(admin);
    const names = domains.map(({ domain }) => domain);
    return [...(await lookAtDns(admin, domains)), ...(await lookAtEmailRouting(names, await workerAt(url)))];
  });
  return [...outside.flat(), ...inside, ...letters, ...mail];
}

/** Name of the Worker, where the configuration of this installation lies here. */
async function workerAt(url: URL): Promise<string | null> {
  const config = (await readDeployment(configPath(undefined).path).catch(() => null))?.config;
  return config?.vars['PUBLIC_URL'] === url.origin ? config.name : null;
}

function show(findings: readonly DoctorFinding[], all: boolean, out: Output): void {
  const shown = findings.filter(({ state }) => all || state !== 'ok');
  const fine = findings.length - findings.filter(({ state }) => state !== 'ok').length;
  if (shown.length > 0) {
    out.table(
      ['state', 'check', 'what'],
      shown.map(({ state, check, what }) => [state, check, printable(what)]),
      '',
    );
    out.line();
  }
  for (const { check, mend, state } of shown)
    if (mend !== null && state !== 'ok') out.line(`${check}: ${printable(mend)}`);
  out.line(`${fine} of ${findings.length} checks are well.`);
}
