import type { Page, ReindexView, UserView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const reindex = defineCommand({
  name: 'reindex',
  summary: 'build the search index anew from the mailboxes',
  details:
    'Empties the index of a mailbox and puts its messages on the index queue, a page at a time. Mail that waits\n' +
    'there is not found meanwhile. Repeat the command if it was interrupted.',
  positionals: [{ name: 'address', help: 'the user whose mailbox it is', optional: true }],
  flags: {
    all: { type: 'boolean', help: 'every user' },
    from: { type: 'string', value: 'ADDRESS', help: 'with --all: begin with this user' },
  },
  examples: ['waypost reindex ann@example.test', 'waypost reindex --all'],
  async run({ args: [address = ''], flags, out }) {
    if ((address === '') === !flags.all) throw new UsageError('give an address or --all', 'reindex');
    if (flags.from !== undefined && !flags.all) throw new UsageError('--from needs --all', 'reindex');
    const rows = await withLocalServer(async ({ admin }) => {
      const addresses = flags.all ? await usersFrom(admin, flags.from?.toLowerCase() ?? '') : [address];
      const done: { address: string; messages: number }[] = [];
      for (const one of addresses) done.push({ address: one, messages: await reindexMailbox(admin, one) });
      return done;
    });
    out.result(rows, () => {
      for (const row of rows) out.line(`${row.address}: ${row.messages} messages are being indexed.`);
    });
  },
});

async function reindexMailbox(admin: AdminClient, address: string): Promise<number> {
  let messages = 0;
  let cursor: string | null = null;
  do {
    const step: ReindexView = await admin.post('/reindex', { address, cursor });
    messages += step.enqueued;
    cursor = step.cursor;
  } while (cursor !== null);
  return messages;
}

async function usersFrom(admin: AdminClient, from: string): Promise<string[]> {
  const addresses: string[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<UserView> = await admin.get('/users', { limit: 500, cursor });
    addresses.push(...page.items.map((user) => user.address));
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return addresses.filter((address) => address >= from);
}
