import type { DkimAlgorithmView, DkimKeyView, DkimView, RequestDkim } from '../../shared/admin-domains.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shortTime } from '../output.ts';

const ALGORITHMS: Record<string, DkimAlgorithmView[]> = {
  rsa: ['rsa-sha256'],
  ed25519: ['ed25519-sha256'],
  both: ['rsa-sha256', 'ed25519-sha256'],
};

export const domainDkim = defineCommand({
  name: 'domain dkim',
  summary: 'make, show and rotate the keys that sign mail of a domain',
  details:
    'Keys that the domain lacks are made. A key signs as soon as its record is seen in the DNS; the command looks\n' +
    'for it, and so does the cron. With --rotate a new key waits beside the present one and replaces it then; the\n' +
    'record of the old key must stay until its last signature has expired.',
  positionals: [{ name: 'domain', help: 'domain name' }],
  flags: {
    algorithm: {
      type: 'string',
      value: 'NAME',
      help: 'rsa, ed25519 or both; without it what the domain has, or both',
    },
    rotate: { type: 'boolean', help: 'replace the present keys' },
  },
  examples: ['waypost domain dkim example.test', 'waypost domain dkim example.test --algorithm rsa --rotate'],
  async run({ args: [domain = ''], flags, out }) {
    const { algorithm, rotate } = flags;
    const algorithms = algorithm === undefined ? undefined : ALGORITHMS[algorithm];
    if (algorithm !== undefined && algorithms === undefined)
      throw new UsageError('--algorithm is rsa, ed25519 or both', 'domain dkim');
    const request: RequestDkim = { ...(algorithms === undefined ? {} : { algorithms }), rotate };
    const answer = await withLocalServer(({ admin }) =>
      admin.post<DkimView>(`/domains/${encodeURIComponent(domain)}/dkim`, request),
    );
    out.result(answer, () => {
      if (answer.made.length > 0) out.line(`Made ${answer.made.join(' and ')}.`);
      out.table(['selector', 'algorithm', 'state', 'since'], answer.keys.map(row), 'There are no keys.');
      for (const { state, record } of answer.keys.filter((key) => key.state === 'pending')) {
        out.line();
        out.line(`Publish (${state}):`);
        out.line(`  ${record.name} TXT`);
        out.line(`  ${record.value}`);
      }
    });
  },
});

function row({ selector, algorithm, state, signs, createdAt, notBefore, notAfter }: DkimKeyView): string[] {
  const shown = signs
    ? 'signs'
    : notAfter !== null && state === 'active'
      ? `replaced, until ${shortTime(notAfter)}`
      : state;
  return [selector, algorithm, shown, shortTime(notBefore ?? createdAt)];
}
