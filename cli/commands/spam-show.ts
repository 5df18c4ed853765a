import type { SpamView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { type Output, printable } from '../output.ts';
import { tenantOf } from './tenant-of.ts';

export const spamShow = defineCommand({
  name: 'spam show',
  summary: 'show the spam filter of a tenant',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {},
  examples: ['waypost spam show example.test'],
  async run({ args: [domain = ''], out }) {
    const spam = await withLocalServer(async ({ admin }) =>
      admin.get<SpamView>(`/tenants/${await tenantOf(admin, domain)}/spam`),
    );
    out.result(spam, () => showSpam(out, spam));
  },
});

export function showSpam(out: Output, { enabled, threshold, suspectTlds, sealers }: SpamView): void {
  out.line(`filter        ${enabled ? 'on' : 'off'}`);
  out.line(`threshold     ${threshold}`);
  out.line(`suspect TLDs  ${printable(suspectTlds.join(', ')) || 'none'}`);
  out.line(`sealers       ${printable(sealers.join(', ')) || 'none'}`);
}
