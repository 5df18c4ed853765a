import { appendFile, open, readFile, truncate } from 'node:fs/promises';
import type { AuditExportEnd, AuditView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { chainNamed, timeOf } from './audit-flags.ts';

export const auditExport = defineCommand({
  name: 'audit export',
  summary: 'write the audit log to a file, one JSON object a line',
  details:
    'Rows in order of their chains, with number and hash. With --resume it goes on behind the last whole line.',
  positionals: [{ name: 'file', help: 'where to; it must not be there yet, unless with --resume' }],
  flags: {
    tenant: {
      type: 'string',
      value: 'DOMAIN',
      help: 'only of the tenant with this domain; "installation": of none',
    },
    since: { type: 'string', value: 'TIME', help: 'from this time on, e.g. 2026-01-31' },
    until: { type: 'string', value: 'TIME', help: 'before this time' },
    resume: { type: 'boolean', help: 'go on with a file that was begun' },
  },
  examples: ['waypost audit export audit.ndjson --tenant example.test --since 2026-01-01'],
  async run({ args: [file = ''], flags, out }) {
    const times = { since: timeOf(flags.since, '--since'), before: timeOf(flags.until, '--until') };
    let cursor: string | null = null;
    if (flags.resume) cursor = await lastPlace(file);
    else await create(file);
    const events = await withLocalServer(async ({ admin }) => {
      const tenantId = await chainNamed(admin, flags.tenant);
      return exportTo(admin, file, { tenantId, ...times }, cursor);
    });
    out.result({ file, events }, () => out.line(`${events} events were written to ${file}`));
  },
});

async function create(file: string): Promise<void> {
  try {
    await (await open(file, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new UsageError(`${file} is there already; --resume goes on with it`, 'audit export');
    }
    throw new CommandError(`${file} cannot be written: ${(error as Error).message}`);
  }
}

/** Behind the last whole line, after which the file is cut; null when it has none. */
async function lastPlace(file: string): Promise<string | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    throw new UsageError(`${file} cannot be read`, 'audit export');
  }
  const end = bytes.lastIndexOf(0x0a);
  await truncate(file, end + 1);
  if (end < 0) return null;
  const start = bytes.lastIndexOf(0x0a, end - 1) + 1;
  try {
    const { chain, seq } = JSON.parse(bytes.toString('utf8', start, end)) as Partial<AuditView>;
    if (typeof chain === 'string' && typeof seq === 'number') return `${chain}/${seq}`;
  } catch {
    // Said below.
  }
  throw new CommandError(`${file} is no export of the audit log`);
}

async function exportTo(
  admin: AdminClient,
  file: string,
  query: Record<string, string | number | undefined>,
  from: string | null,
): Promise<number> {
  let cursor = from;
  let events = 0;
  for (;;) {
    let end: AuditExportEnd | null = null;
    let rest = '';
    const decoder = new TextDecoder();
    for await (const bytes of await admin.stream('/audit/export', {
      ...query,
      ...(cursor === null ? {} : { cursor }),
    })) {
      const lines = `${rest}${decoder.decode(bytes, { stream: true })}`.split('\n');
      rest = lines.pop() ?? '';
      const rows = lines.filter((line) => !line.startsWith('{"end":'));
      const last = lines.find((line) => line.startsWith('{"end":'));
      if (last !== undefined) end = JSON.parse(last) as AuditExportEnd;
      if (rows.length > 0) await appendFile(file, `${rows.join('\n')}\n`);
      events += rows.length;
    }
    if (end === null)
      throw new CommandError(`the export broke off after ${events} events: go on with --resume`);
    if (end.cursor === null) return events;
    cursor = end.cursor;
  }
}
