import type { ForwardingView } from '../../shared/admin-api.ts';
import { CommandError, defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { tenantOf } from './tenant-of.ts';

const WORDS: Record<ForwardingView['mode'], string> = {
  allowed: 'to any address',
  internal: 'to addresses of the tenant alone',
  off: 'nowhere',
};

export const forwarding = defineCommand({
  name: 'forwarding',
  summary: 'show or set where rules of a domain’s tenant may forward mail to',
  positionals: [
    { name: 'domain', help: 'a domain of the tenant' },
    { name: 'mode', help: 'allowed, internal or off', optional: true },
  ],
  flags: {},
  examples: ['waypost forwarding example.test', 'waypost forwarding example.test internal'],
  async run({ args: [domain = '', mode = ''], out }) {
    if (mode !== '' && !Object.hasOwn(WORDS, mode)) throw new CommandError(`not a mode: ${mode}`);
    const setting = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/forwarding`;
      return mode === '' ? admin.get<ForwardingView>(path) : admin.put<ForwardingView>(path, { mode });
    });
    out.result(setting, () => out.line(`Rules may forward mail ${WORDS[setting.mode]}.`));
  },
});
