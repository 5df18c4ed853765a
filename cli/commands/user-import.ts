import { CsvError, readCsv } from '../../codecs/csv/index.ts';
import { MAX_IMPORT_USERS } from '../../shared/admin/user-import.ts';
import type { ImportedUser, ImportUsers, ImportUsersView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, defineCommand } from '../command.ts';
import { readNamed } from '../files.ts';
import { withLocalServer } from '../local/connect.ts';
import type { Output } from '../output.ts';
import { tenantOf } from './tenant-of.ts';

type Row = ImportUsers['rows'][number];

interface Options {
  update: boolean;
  generate: boolean;
}

export const userImport = defineCommand({
  name: 'user import',
  summary: 'add and change users by a table (CSV)',
  details:
    'The first line names the columns: address, name, password, passwordHash, quota, aliases, groups, status, role.\n' +
    'Everything is checked before anything is done, and nothing is done while a line is at fault. Doing it again\n' +
    'changes nothing: users who are there stay as they are, or with --update become what their line says. Their\n' +
    'passwords stay in any case.',
  positionals: [
    { name: 'domain', help: 'a domain of the tenant' },
    { name: 'file', help: 'the table, in UTF-8' },
  ],
  flags: {
    'dry-run': { type: 'boolean', help: 'only check, and say what would be done' },
    update: { type: 'boolean', help: 'change users who are there' },
    generate: { type: 'boolean', help: 'make passwords for new users without one, and print them once' },
    'skip-faulty': { type: 'boolean', help: 'leave lines at fault out, and do the others' },
  },
  examples: ['waypost user import example.test people.csv --dry-run'],
  async run({ args: [domain = '', file = ''], flags, out }) {
    const rows = await readRows(file);
    const results = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/users/import`;
      const checked = twice(rows, await send(admin, path, rows, { ...flags, dryRun: true }, out));
      const isFaulty = checked.some(({ outcome }) => outcome === 'faulty');
      if (flags['dry-run'] || (isFaulty && !flags['skip-faulty'])) return checked;
      const good = new Set(checked.filter(({ outcome }) => outcome !== 'faulty').map(({ line }) => line));
      const done = await send(
        admin,
        path,
        rows.filter(({ line }) => good.has(line)),
        { ...flags, dryRun: false },
        out,
      );
      return [...checked.filter(({ outcome }) => outcome === 'faulty'), ...done];
    });
    const faulty = results.filter(({ outcome }) => outcome === 'faulty');
    const isDone = !flags['dry-run'] && (faulty.length === 0 || flags['skip-faulty']);
    out.result({ done: isDone, results }, () => show(results, isDone, flags, out));
    if (faulty.length > 0) throw new CommandError(`${faulty.length} of ${rows.length} lines are at fault`);
  },
});

async function readRows(file: string): Promise<Row[]> {
  const bytes = await readNamed(file);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const [header, ...records] = readCsv(text);
    const names = (header?.fields ?? []).map((name) => name.trim());
    if (!names.some((name) => name.toLowerCase() === 'address'))
      throw new CommandError(`${file}: the first line names no column "address"`);
    if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
      throw new CommandError(`${file}: the first line names a column twice`);
    return records.map(({ line, fields }) => {
      if (fields.length > names.length) throw new CsvError(line, 'it has more fields than the first line');
      return { line, values: Object.fromEntries(names.map((name, i) => [name, fields[i] ?? ''])) };
    });
  } catch (error) {
    if (error instanceof CsvError) throw new CommandError(`${file}: ${error.message}`);
    if (error instanceof TypeError) throw new CommandError(`${file} is not in UTF-8`);
    throw error;
  }
}

/** In parts, in order. */
async function send(
  admin: AdminClient,
  path: string,
  rows: readonly Row[],
  { dryRun, update, generate }: Options & { dryRun: boolean },
  out: Output,
): Promise<ImportedUser[]> {
  const results: ImportedUser[] = [];
  for (let at = 0; at < rows.length; at += MAX_IMPORT_USERS) {
    const body = { rows: rows.slice(at, at + MAX_IMPORT_USERS), dryRun, update, generate };
    const answer = await admin.post<ImportUsersView>(path, body satisfies ImportUsers);
    results.push(...answer.results);
    const count = at + body.rows.length;
    if (rows.length > 1000 && count % 1000 === 0)
      out.note(`${count} of ${rows.length} lines ${dryRun ? 'checked' : 'done'}`);
  }
  return results;
}

/** The server sees some lines at a time: that two far from each other are of one user is seen here. */
function twice(rows: readonly Row[], results: readonly ImportedUser[]): ImportedUser[] {
  const first = new Map<string, number>();
  return results.map((result, i) => {
    const line = rows[i]?.line ?? result.line;
    const before = first.get(result.address);
    first.set(result.address, before ?? line);
    if (before === undefined || result.outcome === 'faulty') return result;
    const message = `${result.address} stands in line ${before} as well`;
    return { ...result, outcome: 'faulty', faults: [...result.faults, { column: 'address', message }] };
  });
}

const WORDS = {
  created: 'new',
  updated: 'changed',
  unchanged: 'as they were',
  differs: 'different, and left so',
};

function show(
  results: readonly ImportedUser[],
  isDone: boolean,
  flags: Pick<Options, 'update'>,
  out: Output,
): void {
  const count = (outcome: ImportedUser['outcome']) => results.filter((one) => one.outcome === outcome).length;
  for (const outcome of ['created', 'updated', 'unchanged', 'differs'] as const) {
    const n = count(outcome);
    if (n > 0) out.line(`${n} users ${isDone ? 'are' : 'would be'} ${WORDS[outcome]}.`);
  }
  if (!flags.update && count('differs') > 0) out.line('With --update they become what their lines say.');
  const made = results.filter(({ password }) => password !== null);
  if (made.length > 0) {
    out.line();
    out.table(
      ['address', 'password (shown once)'],
      made.map(({ address, password }) => [address, password]),
      '',
    );
  }
  const faults = results.flatMap(({ line, faults }) =>
    faults.map(({ column, message }) => [line, column, message]),
  );
  if (faults.length === 0) return;
  out.line();
  out.table(['line', 'column', 'fault'], faults, '');
  if (!isDone) out.line('Nothing was done.');
}
