import { beforeAll, describe, expect, test } from 'vitest';
import { d1Tables } from '../../../store/dialect/d1/kit.ts';
import { type Columns, declaredColumns, describeColumn } from '../../contract/schema-columns.ts';
import { bindings, migrateD1 } from '../support.ts';

const DATABASES = {
  directory: bindings.DIRECTORY,
  mail: bindings.MAIL_1,
  search: bindings.SEARCH,
  audit: bindings.AUDIT,
};

beforeAll(migrateD1);

describe('migrations of D1', () => {
  test.each([
    'directory',
    'mail',
    'search',
    'audit',
  ] as const)('the tables of %s have the columns of the schema', async (name) => {
    const database = DATABASES[name];
    const { results: tables } = await database
      .prepare(
        `select name from sqlite_schema where type = 'table' and name not like 'document_text%'
             and name not like '\\_cf%' escape '\\' and name not like 'sqlite%' and name <> 'd1_migrations'`,
      )
      .all<{ name: string }>();
    const found: Columns = {};
    for (const table of tables) {
      const { results } = await database
        .prepare('select name, type, "notnull" from pragma_table_info(?)')
        .bind(table.name)
        .all<{ name: string; type: string; notnull: number }>();
      found[table.name] = results
        // The row id of the text index is the dialect's own.
        .filter((column) => column.name !== 'document_id')
        .map((column) => describeColumn(column.name, column.type, column.notnull === 1))
        .sort();
    }
    // What moves of tenants are noted in lies beside the mailboxes.
    const { moves, ...declared } = d1Tables;
    expect(found).toEqual(declaredColumns(name === 'mail' ? { ...declared.mail, ...moves } : declared[name]));
  });
});
