import { beforeAll, expect, test } from 'vitest';
import type { DirectoryStore } from '../../../core/ports/directory.ts';
import { createD1Stores } from '../../../store/index.ts';
import { noting, type Statement } from '../noting.ts';
import { bindings, migrateD1 } from '../support.ts';

const statements: Statement[] = [];
const noted = noting(bindings.DIRECTORY, statements);

let directory: DirectoryStore;

beforeAll(async () => {
  await migrateD1();
  const { MAIL_1, SEARCH, AUDIT } = bindings;
  directory = createD1Stores({
    directory: noted,
    mail: { MAIL_1 },
    search: SEARCH,
    audit: AUDIT,
  }).directory;
});

const reads: Record<string, () => Promise<unknown>> = {
  'searching by one word': () => directory.searchPeople('t', 'an', 100, null),
  'searching by two words, a later page': () =>
    directory.searchPeople('t', 'an lee', 100, { sortKey: 'x', personId: 'y' }),
  'looking for a whole name': () => directory.exactPeople('t', 'ann lee', 10),
  'reading one entry': () => directory.getPerson('t', 'u'),
  'reading the owners of addresses': () => directory.peopleAt('t', ['a@x.test', 'b@x.test']),
};

test.each(Object.keys(reads))('%s reads only the entries that are found', async (name) => {
  statements.length = 0;
  await reads[name]?.();
  expect(statements.length).toBeGreaterThan(0);
  for (const { sql, params } of statements) {
    const { results } = await bindings.DIRECTORY.prepare(`explain query plan ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    const walks = results
      .map((row) => row.detail)
      .filter((detail) => /^SCAN (people|people_words|users|mail_groups)\b|people_by_name/.test(detail));
    expect(walks, sql).toEqual([]);
  }
});
