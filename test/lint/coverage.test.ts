import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(resolve(root, 'docs/activesync-coverage.md'), 'utf8');

const FOLDERS: [string, string][] = [
  ['suites/', 'test/protocol/suites/'],
  ['protocol/', 'test/protocol/'],
  ['activesync/', 'workers/activesync/'],
];

/** The file behind a name in the tables, or null. */
function fileOf(name: string): string | null {
  const [short, long] = FOLDERS.find(([prefix]) => name.startsWith(prefix)) ?? ['', ''];
  const base = resolve(root, long + name.slice(short.length));
  return [`${base}.test.ts`, `${base}.ts`, `${base}.check.ts`].find((path) => existsSync(path)) ?? null;
}

/** Cases that a test file names, written `S19_TC04, TC05` or `S14_TC06 to S14_TC09`. */
function casesIn(source: string): Set<string> {
  const found = new Set<string>();
  let scenario = '';
  for (const line of source.split('\n')) {
    let last: number | null = null;
    let to = false;
    for (const match of line.matchAll(/S(\d\d)(?!\d)|TC(\d\d)| (to) /g)) {
      if (match[1] !== undefined) scenario = `S${match[1]}`;
      else if (match[3] !== undefined) to = last !== null;
      else {
        const number = Number(match[2]);
        for (let n = to && last !== null ? last : number; n <= number; n++) found.add(`${scenario}_TC${n}`);
        last = number;
        to = false;
      }
    }
  }
  return found;
}

const named = [...text.matchAll(/`((?:suites|protocol|activesync|test)\/[\w./-]+)`/g)].map((m) => m[1] ?? '');
const rows = [...text.matchAll(/^\| (S\d\d)_TC(\d\d)(?: to TC(\d\d))? \| (.*) \|$/gm)];

describe('the coverage table', () => {
  test('names tests that exist', () => {
    const missing = [...new Set(named)].filter((name) => !/[/]$|\.ts$/.test(name) && fileOf(name) === null);
    expect(missing).toEqual([]);
  });

  test('names for each case a test that speaks of it', () => {
    expect(rows.length).toBeGreaterThan(100);
    const silent: string[] = [];
    for (const [, scenario, from, to, shown] of rows) {
      const files = [...(shown ?? '').matchAll(/`([\w./-]+)`/g)].map((m) => fileOf(m[1] ?? ''));
      if (files.length === 0) continue;
      const cases = casesIn(files.map((f) => (f === null ? '' : readFileSync(f, 'utf8'))).join('\n'));
      for (let n = Number(from); n <= Number(to ?? from); n++) {
        if (!cases.has(`${scenario}_TC${n}`)) silent.push(`${scenario}_TC${n}: ${shown}`);
      }
    }
    expect(silent).toEqual([]);
  });
});
