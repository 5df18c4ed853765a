import { writeFile } from 'node:fs/promises';
import { shielded, writeCsv } from '../../codecs/csv/index.ts';
import type { ExportedUser, Page } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { tenantOf } from './tenant-of.ts';

const COLUMNS = ['address', 'name', 'quota', 'aliases', 'groups', 'status', 'role'] as const;

export const userExport = defineCommand({
  name: 'user export',
  summary: 'write the users of a tenant as a table (CSV), without secrets',
  details: 'In the columns that waypost user import reads. Users who are deleted are left out.',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {
    csv: { type: 'boolean', help: 'as CSV, which it is without --json anyway' },
    out: { type: 'string', value: 'FILE', help: 'the file to write, instead of standard output' },
  },
  examples: ['waypost user export example.test --csv --out people.csv'],
  async run({ args: [domain = ''], flags, out }) {
    const users = await withLocalServer(async ({ admin }) => all(admin, await tenantOf(admin, domain)));
    const table = writeCsv([COLUMNS, ...users.map(fieldsOf)]);
    if (flags.out !== undefined) {
      await writeFile(flags.out, table);
      out.result({ users: users.length, file: flags.out }, () =>
        out.line(`${users.length} users are in ${flags.out}.`),
      );
      return;
    }
    out.result(users, () => {
      for (const line of table.trimEnd().split('\r\n')) out.line(line);
    });
  },
});

async function all(admin: AdminClient, tenantId: string): Promise<ExportedUser[]> {
  const users: ExportedUser[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await admin.get<Page<ExportedUser>>(`/tenants/${tenantId}/users/export`, { cursor });
    users.push(...page.items.filter(({ status }) => status !== 'deleted'));
    if (page.cursor === null) return users;
    cursor = page.cursor;
  }
}

function fieldsOf(user: ExportedUser): string[] {
  return COLUMNS.map((column) => {
    const value = user[column];
    return typeof value === 'string' ? shielded(value) : value.join(' ');
  });
}
