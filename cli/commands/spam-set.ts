import type { ChangeSpam, SpamView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { showSpam } from './spam-show.ts';
import { tenantOf } from './tenant-of.ts';

export const spamSet = defineCommand({
  name: 'spam set',
  summary: 'change the spam filter of a tenant',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {
    on: { type: 'boolean', help: 'give scores, and learn by moves to and from Junk' },
    off: { type: 'boolean', help: 'do neither' },
    threshold: {
      type: 'string',
      value: 'N',
      help: 'score, over 0 and at most 1, from which on mail goes to Junk',
    },
    'suspect-tlds': {
      type: 'string',
      value: 'LIST',
      help: 'top-level domains that tell against a sender; - for none',
    },
    sealers: {
      type: 'string',
      value: 'LIST',
      help: 'domains whose ARC seal vouches for what they forward; - for none',
    },
  },
  examples: [
    'waypost spam set example.test --threshold 0.95',
    'waypost spam set example.test --suspect-tlds zip,mov',
  ],
  async run({ args: [domain = ''], flags, out }) {
    if (flags.on && flags.off) throw new UsageError('give either --on or --off', 'spam set');
    const threshold = flags.threshold === undefined ? undefined : Number(flags.threshold);
    if (Number.isNaN(threshold)) throw new UsageError('--threshold takes a number', 'spam set');
    const change: ChangeSpam = {
      enabled: flags.on ? true : flags.off ? false : undefined,
      threshold,
      suspectTlds: listOf(flags['suspect-tlds']),
      sealers: listOf(flags.sealers),
    };
    const spam = await withLocalServer(async ({ admin }) =>
      admin.patch<SpamView>(`/tenants/${await tenantOf(admin, domain)}/spam`, change),
    );
    out.result(spam, () => showSpam(out, spam));
  },
});

function listOf(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  return text === '-' ? [] : text.split(',').map((one) => one.trim());
}
