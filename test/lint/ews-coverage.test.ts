import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { coverage } from '../clients/ews-schema/coverage.ts';

const root = resolve(import.meta.dirname, '../..');
/** The client of streams, which tests open by a word of their own. */
const STREAM = resolve(root, 'test/clients/ews/stream.ts');
const page = readFileSync(resolve(root, 'docs/ews-coverage.md'), 'utf8');
const rows = [
  ...(/## Operations\n([\s\S]*?)\n## /.exec(page)?.[1] ?? '').matchAll(/^\| (.*?) \| (.*?) \| (.*?) \|$/gm),
].filter(([, first]) => first !== 'operations');

const { operations, propertyTables, withTables } = await coverage();
const all = new Set(operations());

describe('the coverage page of EWS', () => {
  test('names every operation that there is, and says what of it is covered', () => {
    expect(rows.length).toBeGreaterThan(15);
    const named = new Set(rows.flatMap(([, names]) => (names ?? '').match(/\w+/g) ?? []));
    expect([...all].filter((name) => !named.has(name))).toEqual([]);
    expect(rows.filter(([, , words]) => (words ?? '').trim().length < 10).map(([, names]) => names)).toEqual(
      [],
    );
  });

  test('names tests that exist, and that speak of the operations', () => {
    const silent: string[] = [];
    for (const [, names, , shown] of rows) {
      const files = [...(shown ?? '').matchAll(/`([\w-]+)`/g)].map((one) => one[1] ?? '');
      const paths = files.map((file) => resolve(root, `test/protocol/${file}.test.ts`));
      silent.push(...paths.filter((path) => !existsSync(path)));
      const sources = [...paths, STREAM].filter((path) => existsSync(path));
      const text = sources.map((path) => readFileSync(path, 'utf8')).join('');
      // Some put the name together of a verb and what it is done to.
      const speaksOf = (name: string) =>
        text.includes(name) || text.includes(`}${name.replace(/^[A-Z][a-z]+/, '')}`);
      const known = ((names ?? '').match(/\w+/g) ?? []).filter((name) => all.has(name));
      silent.push(...known.filter((name) => !speaksOf(name)).map((name) => `${name}: ${shown}`));
    }
    expect(silent).toEqual([]);
  });

  test('has the tables of properties that the code has (test/clients/ews-schema/properties.check.ts --write)', async () => {
    expect(withTables(page, await propertyTables())).toBe(page);
  });
});
