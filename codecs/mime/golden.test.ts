import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readMessage } from './read-message.ts';

const folder = new URL('../../test/fixtures/mime/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.eml'))
  .map((name) => name.slice(0, -4));

/** Index and bodies of each message, as JSON beside it. Set UPDATE_GOLDEN=1 to write them anew, then read the diff. */
describe('the index of a whole message', () => {
  it.each(names)('%s', (name) => {
    const raw = readFileSync(new URL(`${name}.eml`, folder));
    const read = `${JSON.stringify(readMessage(raw), null, 1)}\n`;
    const golden = new URL(`${name}.json`, folder);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, read);
    expect(JSON.parse(read)).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });

  it('was compared for several messages', () => {
    expect(names.length).toBeGreaterThanOrEqual(5);
  });
});
