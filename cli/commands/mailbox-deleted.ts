import type { DeletedView, Page, RestoredView } from '../../shared/admin-api.ts';
import { CommandError, defineCommand, UsageError } from '../command.ts';
import { type LocalServer, withLocalServer } from '../local/connect.ts';
import { shorten, shortTime } from '../output.ts';

const user = { type: 'string', value: 'ADDRESS', help: 'whose mailbox', required: true } as const;
const since = { type: 'string', value: 'TIME', help: 'removed since, e.g. 2026-11-01' } as const;

export const mailboxDeletedList = defineCommand({
  name: 'mailbox deleted list',
  summary: 'list messages that were removed for good and can be brought back',
  positionals: [],
  flags: { user, since },
  examples: ['waypost mailbox deleted list --user ann@example.test --since 2026-11-01'],
  async run({ flags, out }) {
    const items = await withLocalServer(({ admin }) =>
      listOf(admin, flags.user, timeOf(flags.since, 'mailbox deleted list')),
    );
    out.result(items, () => {
      const rows = items.map((m) => [
        m.itemId,
        shortTime(m.removedAt),
        shortTime(m.receivedAt),
        m.size,
        shorten(m.from, 30),
        shorten(m.subject, 50),
      ]);
      out.table(['id', 'removed', 'received', 'bytes', 'from', 'subject'], rows, 'There are none.');
    });
  },
});

export const mailboxDeletedRestore = defineCommand({
  name: 'mailbox deleted restore',
  summary: 'bring removed messages back into their folder',
  details: 'One by its id, or with --since all that were removed since then.',
  positionals: [{ name: 'id', help: 'the message', optional: true }],
  flags: { user, since },
  examples: ['waypost mailbox deleted restore --user ann@example.test --since 2026-11-20T08:00:00Z'],
  async run({ args: [id = ''], flags, out }) {
    const from = timeOf(flags.since, 'mailbox deleted restore');
    if ((id === '') === (flags.since === undefined)) {
      throw new UsageError('give either an id or --since', 'mailbox deleted restore');
    }
    const restored = await withLocalServer(async ({ admin }) => {
      const ids = id === '' ? (await listOf(admin, flags.user, from)).map((m) => m.itemId) : [id];
      const done: RestoredView[] = [];
      for (const itemId of ids) {
        const path = `/users/${encodeURIComponent(flags.user)}/deleted/${encodeURIComponent(itemId)}/restore`;
        done.push(await admin.post<RestoredView>(path));
      }
      return done;
    });
    out.result(restored, () => {
      const rows = restored.map(({ itemId, outcome, folder }) => [itemId, outcome, folder]);
      out.table(['id', 'outcome', 'folder'], rows, 'There was nothing to bring back.');
    });
  },
});

export const mailboxDeletedErase = defineCommand({
  name: 'mailbox deleted erase',
  summary: 'purge what was removed from a mailbox, without waiting for the time to recover it',
  details: 'It cannot be brought back afterwards. Refused while a legal hold covers the mailbox.',
  positionals: [],
  flags: { user, yes: { type: 'boolean', help: 'really do it' } },
  async run({ flags, out }) {
    if (!flags.yes) throw new CommandError('this cannot be undone: say --yes');
    const path = `/users/${encodeURIComponent(flags.user)}/deleted/erase`;
    const purged = await withLocalServer(async ({ admin }) => {
      for (let sum = 0; ; ) {
        const step = await admin.post<{ purged: number; more: boolean }>(path);
        sum += step.purged;
        if (!step.more) return sum;
      }
    });
    out.result({ purged }, () => out.line(`${purged} messages were purged.`));
  },
});

async function listOf(
  admin: LocalServer['admin'],
  address: string,
  from: number | undefined,
): Promise<DeletedView[]> {
  const all: DeletedView[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = { since: from, limit: 500, cursor };
    const page = await admin.get<Page<DeletedView>>(`/users/${encodeURIComponent(address)}/deleted`, query);
    all.push(...page.items);
    if (page.cursor === null) return all;
    cursor = page.cursor;
  }
}

function timeOf(text: string | undefined, command: string): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new UsageError('--since is a date or a time (ISO 8601)', command);
  return Math.max(0, time);
}
