import type { MoveView, StartMove } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { type Output, printable, shorten, shortTime } from '../output.ts';
import { listed } from '../paging.ts';
import { createProgress } from '../progress.ts';
import { tenantOf } from './tenant-of.ts';

const tenant = { name: 'domain', help: 'a domain of the tenant' } as const;
/** Phases that nobody waits for any more. */
const OVER: ReadonlySet<MoveView['phase']> = new Set(['kept', 'done', 'cancelled', 'failed']);
const PAUSE_MS = 1000;

const path = async (admin: AdminClient, domain: string) => `/tenants/${await tenantOf(admin, domain)}/move`;

export const tenantMove = defineCommand({
  name: 'tenant move',
  summary: 'move a domain’s tenant to another mail shard',
  details:
    'Mailboxes stay in use: only the last changes are carried over while writers wait a few seconds. Everything is compared\n' +
    'before the turn; a difference takes the move back. The old rows stay for some days (tenant move finish). A move goes on\n' +
    'by itself when this command ends before it does.',
  positionals: [tenant, { name: 'shard', help: 'where to, e.g. MAIL_2' }],
  flags: {
    'keep-days': { type: 'string', value: 'N', help: 'days until the old rows are removed (default 7)' },
    detach: { type: 'boolean', help: 'begin, and wait for nothing' },
  },
  examples: ['waypost tenant move example.test MAIL_2', 'waypost tenant move status example.test'],
  async run({ args: [domain = '', to = ''], flags, out }) {
    const days = flags['keep-days'];
    if (days !== undefined && !/^\d{1,2}$/.test(days)) {
      throw new UsageError('--keep-days takes a whole number up to 90', 'tenant move');
    }
    const body: StartMove = { to, ...(days === undefined ? {} : { keepDays: Number(days) }) };
    await withLocalServer(async ({ admin }) => {
      const at = await path(admin, domain);
      const begun = await admin.post<MoveView>(at, body);
      show(out, flags.detach ? begun : await follow(admin, at, begun, out));
    });
  },
});

export const tenantMoveStatus = defineCommand({
  name: 'tenant move status',
  summary: 'show how far moves of tenants are',
  positionals: [{ ...tenant, optional: true }],
  flags: { verified: { type: 'boolean', help: 'rows and digest of each table as they were compared' } },
  async run({ args: [domain = ''], flags, out }) {
    if (domain === '') {
      const items = await withLocalServer(({ admin }) => listed<MoveView>(admin, '/moves'));
      out.result(items, () => {
        const rows = items.map((m) => [
          ...[m.tenantId, m.from, m.to, m.phase, m.rowsCopied, shortTime(m.startedAt)],
          shorten(m.error ?? '', 60),
        ]);
        out.table(
          ['tenant', 'from', 'to', 'phase', 'rows', 'since', 'error'],
          rows,
          'No tenant was ever moved.',
        );
      });
      return;
    }
    const move = await withLocalServer(async ({ admin }) => admin.get<MoveView>(await path(admin, domain)));
    show(out, move);
    if (!flags.verified) return;
    const rows = Object.entries(move.verified).map(([table, { rows, digest }]) => [table, rows, digest]);
    out.table(['table', 'rows', 'sha-256'], rows, 'Nothing was compared yet.');
  },
});

export const tenantMoveCancel = defineCommand({
  name: 'tenant move cancel',
  summary: 'take the move of a tenant back, before its turn',
  details: 'The tenant stays where it is. What was copied is removed.',
  positionals: [tenant],
  flags: {},
  run: ({ args: [domain = ''], out }) => turn('cancel', domain, out),
});

export const tenantMoveFinish = defineCommand({
  name: 'tenant move finish',
  summary: 'remove what a moved tenant has left in its old shard, now',
  positionals: [tenant],
  flags: {},
  run: ({ args: [domain = ''], out }) => turn('finish', domain, out),
});

async function turn(which: 'cancel' | 'finish', domain: string, out: Output): Promise<void> {
  await withLocalServer(async ({ admin }) => {
    const at = await path(admin, domain);
    show(out, await follow(admin, at, await admin.post<MoveView>(`${at}/${which}`), out));
  });
}

/** Drives the move until it is over. The platform goes on with it, too, each minute. */
async function follow(admin: AdminClient, at: string, begun: MoveView, out: Output): Promise<MoveView> {
  const progress = createProgress(process.stderr, out.json);
  let move = begun;
  try {
    while (!OVER.has(move.phase)) {
      const before = move.updatedAt;
      move = await admin.post<MoveView>(`${at}/step`);
      // Somebody else is at it.
      if (move.updatedAt === before) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const [done, total] = partOf(move);
      progress.update(done, total, move.phase);
    }
  } finally {
    progress.end();
  }
  return move;
}

/** Copying and comparing are the long parts. */
function partOf({ phase, mailboxes, mailboxesCopied, mailboxesVerified }: MoveView): [number, number] {
  const total = 2 * mailboxes + 1;
  const done = Math.min(mailboxes, mailboxesCopied) + Math.min(mailboxes, mailboxesVerified);
  return [OVER.has(phase) ? total : done, total];
}

function show(out: Output, move: MoveView): void {
  out.result(move, () => {
    const { rowsCopied, copyMs, rowsFollowed, rowsRemoved } = move;
    const rate = copyMs === 0 ? '' : `, ${Math.round((rowsCopied * 1000) / copyMs)} a second`;
    out.line(`move       from ${move.from} to ${move.to}, begun ${shortTime(move.startedAt)}`);
    out.line(`phase      ${move.phase}`);
    out.line(
      `mailboxes  ${move.mailboxesCopied} of ${move.mailboxes} copied, ${move.mailboxesVerified} compared`,
    );
    out.line(
      `rows       ${rowsCopied} copied${rate}; ${rowsFollowed} changed meanwhile; ${rowsRemoved} removed`,
    );
    if (move.switchedAt !== null) {
      out.line(
        `turned     ${shortTime(move.switchedAt)}; writers waited ${(move.frozenMs / 1000).toFixed(1)} s`,
      );
    }
    if (move.removeAt !== null) out.line(`old rows   are removed after ${shortTime(move.removeAt)}`);
    if (move.error !== null) out.line(`error      ${printable(move.error)}`);
  });
  if (move.phase === 'failed') throw new CommandError(`the move was taken back: ${move.error ?? ''}`);
}
