import type { PolicyAnswer, PolicyView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { type Output, printable } from '../output.ts';
import { policyPath, policyScope } from './policy-path.ts';

export const policyShow = defineCommand({
  name: 'policy show',
  summary: 'show the policy for devices of a tenant or user',
  positionals: [policyScope],
  flags: {},
  examples: ['waypost policy show example.test', 'waypost policy show ann@example.test --json'],
  async run({ args: [scope = ''], out }) {
    const answer = await withLocalServer(async ({ admin }) =>
      admin.get<PolicyAnswer>(await policyPath(admin, scope)),
    );
    out.result(answer, () => showPolicy(out, scope, answer));
  },
});

/** The policy in force, for people. */
export function showPolicy(out: Output, scope: string, { own, inForce }: PolicyAnswer): void {
  if (inForce === null) {
    out.line(`${scope} has no policy: devices need none.`);
    return;
  }
  if (own === null) out.line(`${scope} has no policy of its own. The tenant’s:`);
  for (const [name, value] of lines(inForce)) out.line(`${name.padEnd(42)}${value}`);
}

function lines({ settings, revision, ...terms }: PolicyView): [string, string][] {
  const all = [...Object.entries(terms), ...Object.entries(settings), ['revision', revision] as const];
  return all.map(([name, value]) => [
    name,
    printable(Array.isArray(value) ? value.join(', ') : String(value)),
  ]);
}
