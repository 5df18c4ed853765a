import type { PolicyAnswer } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { withLocalServer } from '../local/connect.ts';
import { policyPath, policyScope } from './policy-path.ts';
import { showPolicy } from './policy-show.ts';

export const policySet = defineCommand({
  name: 'policy set',
  summary: 'set the policy for devices of a tenant or user',
  details:
    'The file is JSON: {"required": true, "allowNonProvisionable": false, "settings": {"devicePasswordEnabled": true,\n' +
    '"minDevicePasswordLength": 6}}. What it leaves out is unset. Devices must fetch it before they go on.',
  positionals: [policyScope, { name: 'file', help: 'the policy; - reads standard input', optional: true }],
  flags: { none: { type: 'boolean', help: 'take the policy away' } },
  examples: ['waypost policy set example.test policy.json', 'waypost policy set ann@example.test --none'],
  async run({ args: [scope = '', file = ''], flags, out }) {
    if ((file === '') !== flags.none) throw new UsageError('give either a file or --none', 'policy set');
    const policy = flags.none ? null : await readJsonFile(file);
    const answer = await withLocalServer(async ({ admin }) => {
      const path = await policyPath(admin, scope);
      if (!flags.none) return admin.put<PolicyAnswer>(path, policy);
      await admin.delete(path);
      return admin.get<PolicyAnswer>(path);
    });
    out.result(answer, () => showPolicy(out, scope, answer));
  },
});
