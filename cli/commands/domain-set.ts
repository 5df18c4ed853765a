import type { DomainSettingsView, SetDomainSettings } from '../../shared/admin-domains.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

const MODES = ['none', 'testing', 'enforce'] as const;
const DAY_S = 86_400;

export const domainSet = defineCommand({
  name: 'domain set',
  summary: 'show and change the transport policies of a domain',
  details:
    'MTA-STS makes other servers deliver over verified TLS only. Begin with testing, go on to enforce when no\n' +
    'reports of failures come, and go back through none for as long as the last policy was valid.',
  positionals: [{ name: 'domain', help: 'domain name' }],
  flags: {
    'mta-sts': { type: 'string', value: 'MODE', help: 'testing, enforce, none, or off: serve no policy' },
    'mta-sts-days': { type: 'string', value: 'N', help: 'days for which senders keep the policy (7)' },
    'mta-sts-mx': {
      type: 'string',
      value: 'HOSTS',
      help: 'hosts of the policy, with commas; "default": of the installation',
    },
    'tls-reports': { type: 'string', value: 'ADDRESS', help: 'who gets reports on failed TLS, or off' },
    spf: {
      type: 'string',
      value: 'MECHANISMS',
      help: 'what the SPF record must hold, e.g. include:spf.example.net, or default',
    },
  },
  examples: [
    'waypost domain set example.test',
    'waypost domain set example.test --mta-sts testing --tls-reports tls@example.test',
    'waypost domain set example.test --spf "include:spf.relay.test ip4:192.0.2.1"',
  ],
  async run({ args: [domain = ''], flags, out }) {
    const path = `/domains/${encodeURIComponent(domain)}/settings`;
    const settings = await withLocalServer(async ({ admin }) => {
      const present = await admin.get<DomainSettingsView>(path);
      const change = changeOf(flags, present);
      return Object.keys(change).length === 0 ? present : admin.put<DomainSettingsView>(path, change);
    });
    out.result(settings, () => {
      const { mtaSts, spf, tlsReports } = settings;
      const mx = mtaSts?.mx === null ? '' : `, ${mtaSts?.mx.join(' ')}`;
      out.line(
        `MTA-STS:     ${mtaSts === null ? 'off' : `${mtaSts.mode}, ${mtaSts.maxAgeSeconds / DAY_S} days${mx}`}`,
      );
      out.line(`TLS reports: ${tlsReports ?? 'off'}`);
      out.line(`SPF:         ${spf?.join(' ') ?? 'as the installation says'}`);
    });
  },
});

type Flags = Record<'mta-sts' | 'mta-sts-days' | 'mta-sts-mx' | 'tls-reports' | 'spf', string | undefined>;

function changeOf(flags: Flags, present: DomainSettingsView): SetDomainSettings {
  const change: SetDomainSettings = {};
  const { spf, 'tls-reports': reports } = flags;
  if (spf !== undefined) change.spf = spf === 'default' ? null : words(spf);
  if (reports !== undefined) change.tlsReports = reports === 'off' ? null : reports;
  const { 'mta-sts': mode, 'mta-sts-days': days, 'mta-sts-mx': mx } = flags;
  if (mode === 'off') return { ...change, mtaSts: null };
  if (mode === undefined && days === undefined && mx === undefined) return change;
  const known = MODES.find((one) => one === (mode ?? present.mtaSts?.mode));
  if (known === undefined) throw new UsageError('--mta-sts is testing, enforce, none or off', 'domain set');
  if (days !== undefined && !/^\d{1,3}$/.test(days))
    throw new UsageError('--mta-sts-days is a number of days', 'domain set');
  return {
    ...change,
    mtaSts: {
      mode: known,
      ...(days === undefined ? {} : { maxAgeSeconds: Number(days) * DAY_S }),
      ...(mx === undefined ? {} : { mx: mx === 'default' ? null : words(mx) }),
    },
  };
}

function words(text: string): string[] {
  return text.split(/[ ,]+/).filter((word) => word !== '');
}
