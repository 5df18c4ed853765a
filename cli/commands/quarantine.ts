import type { HeldMessageView, Page, QuarantineView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable, shorten, shortTime } from '../output.ts';
import { tenantOf } from './tenant-of.ts';

const messageArguments = [
  { name: 'address', help: 'of the user' },
  { name: 'id', help: 'as `waypost quarantine list` shows it' },
];
const pathOf = (address: string, id: string) =>
  `/users/${encodeURIComponent(address)}/quarantine/${encodeURIComponent(id)}`;

const STATES = ['held', 'released', 'deleted'];

export const quarantineList = defineCommand({
  name: 'quarantine list',
  summary: 'list mail that is kept out of mailboxes',
  positionals: [{ name: 'domain', help: 'a domain of the tenant, or the address of a user' }],
  flags: {
    state: { type: 'string', value: 'STATE', help: 'held (if left out), released or deleted' },
    limit: { type: 'string', value: 'N', help: 'at most this many (100)' },
  },
  examples: [
    'waypost quarantine list example.test',
    'waypost quarantine list ann@example.test --state released',
  ],
  async run({ args: [of = ''], flags, out }) {
    const limit = Number(flags.limit ?? '100');
    if (!Number.isInteger(limit) || limit < 1) throw new UsageError('--limit is a number', 'quarantine list');
    const { state = 'held' } = flags;
    if (!STATES.includes(state))
      throw new UsageError(`--state is one of ${STATES.join(', ')}`, 'quarantine list');
    const found = await withLocalServer(async ({ admin }) => {
      const path = of.includes('@')
        ? `/users/${encodeURIComponent(of)}/quarantine`
        : `/tenants/${await tenantOf(admin, of)}/quarantine`;
      return search(admin, path, state, limit);
    });
    out.result(found, () =>
      out.table(
        ['since', 'mailbox', 'from', 'subject', 'reason', 'expires', 'id'],
        found.map((one) => [
          shortTime(one.heldAt),
          one.address,
          shorten(printable(one.author === '' ? one.mailFrom : one.author), 36),
          shorten(printable(one.subject), 32),
          one.reason,
          shortTime(one.expiresAt),
          one.itemId,
        ]),
        'There is no such mail in quarantine.',
      ),
    );
  },
});

async function search(
  admin: AdminClient,
  path: string,
  state: string,
  limit: number,
): Promise<HeldMessageView[]> {
  const found: HeldMessageView[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<HeldMessageView> = await admin.get(path, {
      ...{ state, limit: Math.min(200, limit - found.length) },
      ...(cursor === null ? {} : { cursor }),
    });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null && found.length < limit);
  return found;
}

export const quarantineShow = defineCommand({
  name: 'quarantine show',
  summary: 'show the header and the verdict of a message in quarantine',
  positionals: messageArguments,
  flags: {},
  async run({ args: [address = '', id = ''], out }) {
    const held = await withLocalServer(({ admin }) => admin.get<HeldMessageView>(pathOf(address, id)));
    out.result(held, () => {
      out.line(`mailbox     ${held.address}`);
      out.line(
        `state       ${held.state}${held.decidedBy === null ? '' : ` by ${printable(held.decidedBy)}`}`,
      );
      out.line(`reason      ${held.reason}: ${printable(held.why)}`);
      out.line(`author      ${printable(held.author)}`);
      out.line(`sender      ${held.mailFrom === '' ? '(none)' : printable(held.mailFrom)}`);
      out.line(`recipient   ${printable(held.recipient)}`);
      out.line(`subject     ${printable(held.subject)}`);
      out.line(`message id  ${printable(held.messageId)}`);
      out.line(`size        ${held.size}`);
      out.line(`files       ${held.files.length === 0 ? '-' : printable(held.files.join(', '))}`);
      out.line(`received    ${shortTime(held.receivedAt)}`);
      out.line(`expires     ${shortTime(held.expiresAt)}`);
      if (held.checks === null) return;
      const { spf, dkim, dmarc, arc, spam } = held.checks;
      out.line(`checks      spf=${spf} dkim=${dkim} dmarc=${dmarc} arc=${arc} spam=${spam ?? '-'}`);
      for (const reason of held.reasons) out.line(`            ${printable(reason)}`);
    });
  },
});

export const quarantineRelease = defineCommand({
  name: 'quarantine release',
  summary: 'let a message in quarantine into the inbox',
  positionals: messageArguments,
  flags: {},
  async run({ args: [address = '', id = ''], out }) {
    const held = await withLocalServer(({ admin }) =>
      admin.post<HeldMessageView>(`${pathOf(address, id)}/release`),
    );
    out.result(held, () => out.line(`It goes to ${held.address}.`));
  },
});

export const quarantineDelete = defineCommand({
  name: 'quarantine delete',
  summary: 'delete a message in quarantine',
  positionals: messageArguments,
  flags: {},
  async run({ args: [address = '', id = ''], out }) {
    const held = await withLocalServer(({ admin }) => admin.delete<HeldMessageView>(pathOf(address, id)));
    out.result(held, () => out.line('It is deleted.'));
  },
});

export const tenantQuarantine = defineCommand({
  name: 'tenant quarantine',
  summary: 'show or set which mail a domain’s tenant wants kept out of mailboxes',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {
    dmarc: {
      type: 'string',
      value: 'WHICH',
      help: 'mail that fails DMARC: off, reject (the domain asks for that) or enforced (or for quarantine)',
    },
    spam: { type: 'string', value: 'SCORE', help: 'from this score on, e.g. 0.98; or none' },
    attachments: {
      type: 'string',
      value: 'ENDINGS',
      help: 'files with these endings, e.g. exe,scr,js; or none',
    },
    unreadable: { type: 'string', value: 'on|off', help: 'what cannot be read as a message' },
    days: { type: 'string', value: 'DAYS', help: 'how long it is kept (30)' },
  },
  examples: ['waypost tenant quarantine example.test --dmarc reject --attachments exe,scr,js'],
  async run({ args: [domain = ''], flags, out }) {
    const change = {
      ...(flags.dmarc === undefined ? {} : { dmarc: flags.dmarc }),
      ...(flags.spam === undefined
        ? {}
        : { spam: flags.spam === 'none' ? null : numberOf('--spam', flags.spam) }),
      ...(flags.attachments === undefined
        ? {}
        : {
            attachments: flags.attachments === 'none' ? [] : flags.attachments.split(/[, ]+/).filter(Boolean),
          }),
      ...(flags.unreadable === undefined ? {} : { unreadable: flags.unreadable === 'on' }),
      ...(flags.days === undefined ? {} : { days: numberOf('--days', flags.days) }),
    };
    const settings = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/quarantine-settings`;
      return Object.keys(change).length === 0
        ? admin.get<QuarantineView>(path)
        : admin.patch<QuarantineView>(path, change);
    });
    out.result(settings, () => {
      out.line(`dmarc        ${settings.dmarc}`);
      out.line(`spam         ${settings.spam ?? 'none'}`);
      out.line(
        `attachments  ${settings.attachments.length === 0 ? 'none' : settings.attachments.join(', ')}`,
      );
      out.line(`unreadable   ${settings.unreadable ? 'on' : 'off'}`);
      out.line(`kept         ${settings.days} days`);
    });
  },
});

function numberOf(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value))
    throw new UsageError(`${flag} is a number`, 'tenant quarantine');
  return value;
}
