import type { SetPassword, SignInPolicyView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import type { Output } from '../output.ts';
import { tenantOf } from './tenant-of.ts';

const flags = {
  basic: {
    type: 'string',
    value: 'WHICH',
    help: 'any: passwords and app passwords; app-passwords: these alone; default: as it is above',
  },
} as const;

async function change(
  admin: AdminClient,
  path: string,
  basic: string | undefined,
  command: string,
): Promise<SignInPolicyView> {
  if (basic === undefined) return admin.get<SignInPolicyView>(path);
  if (!['any', 'app-passwords', 'default'].includes(basic)) {
    throw new UsageError('--basic is any, app-passwords or default', command);
  }
  return admin.put<SignInPolicyView>(path, { basic: basic === 'default' ? null : basic });
}

function show(out: Output, policy: SignInPolicyView): void {
  out.result(policy, () => {
    const words = policy.inForce === 'any' ? 'passwords and app passwords' : 'app passwords alone';
    out.line(`Mail programs sign in with ${words}${policy.basic === null ? ' (default)' : ''}.`);
  });
}

export const tenantSignIn = defineCommand({
  name: 'tenant sign-in',
  summary: 'show or set with what mail programs of a tenant sign in',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags,
  async run({ args: [domain = ''], flags: { basic }, out }) {
    const policy = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${encodeURIComponent(await tenantOf(admin, domain))}/sign-in`;
      return change(admin, path, basic, 'tenant sign-in');
    });
    show(out, policy);
  },
});

export const userSignIn = defineCommand({
  name: 'user sign-in',
  summary: 'show or set with what mail programs of a user sign in',
  positionals: [{ name: 'address', help: 'the user' }],
  flags,
  async run({ args: [address = ''], flags: { basic }, out }) {
    const path = `/users/${encodeURIComponent(address)}/sign-in`;
    show(out, await withLocalServer(({ admin }) => change(admin, path, basic, 'user sign-in')));
  },
});

export const userPassword = defineCommand({
  name: 'user password',
  summary: 'give a user another password',
  details: 'Whoever is signed in with the old one is out within a minute.',
  positionals: [{ name: 'address', help: 'the user' }],
  flags: {
    password: { type: 'string', value: 'TEXT', help: 'password, at least 8 characters', required: true },
    'revoke-app-passwords': { type: 'boolean', help: 'also take all app passwords of the user back' },
  },
  async run({ args: [address = ''], flags: given, out }) {
    const revokeAppPasswords = given['revoke-app-passwords'];
    const body: SetPassword = { password: given.password, revokeAppPasswords };
    await withLocalServer(({ admin }) => admin.put(`/users/${encodeURIComponent(address)}/password`, body));
    out.result({ address, revokeAppPasswords }, () => out.line(`${address} has another password.`));
  },
});
