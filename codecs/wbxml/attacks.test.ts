import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeWbxml, WbxmlDecodeError } from './index.ts';

const H = [0x03, 0x01, 0x6a, 0x00];
const fill = (n: number, ...unit: number[]) => Array.from({ length: n }, () => unit).flat();

/** What a document does: 'ok', or the code with which it was refused. */
function outcome(bytes: Uint8Array): string {
  try {
    decodeWbxml(bytes);
    return 'ok';
  } catch (error) {
    if (error instanceof WbxmlDecodeError) return error.code;
    throw error;
  }
}

describe('hostile documents (A07)', () => {
  test.each<[string, number[], string]>([
    ['no bytes', [], 'empty'],
    ['a cut header', [3, 1], 'truncated'],
    ['only a header', H, 'truncated'],
    ['an unknown version', [0x7f, 1, 0x6a, 0, 0x45, 1], 'bad-header'],
    ['another charset than UTF-8', [3, 1, 0x87, 0x77, 0, 0x45, 1], 'bad-charset'],
    ['no charset', [3, 1, 0, 0, 0x45, 1], 'bad-charset'],
    ['a public id outside the string table', [3, 0, 0x7f, 0x6a, 0, 0x45, 1], 'bad-header'],
    ['a string table of 4 GiB', [3, 1, 0x6a, 0x8f, 0xff, 0xff, 0xff, 0x7f, 0x45, 1], 'bad-string-table'],
    ['an integer of more than 32 bits', [3, 1, 0x6a, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x45, 1], 'bad-integer'],
    ['an integer without end', [3, 1, 0x6a, ...fill(1000, 0x80)], 'bad-integer'],
    ['a table reference out of range', [3, 1, 0x6a, 2, 0x41, 0, 0x45, 0x83, 9, 1], 'bad-string-table'],
    ['an XML document', [...new TextEncoder().encode('<?xml version="1.0"?><!DOCTYPE a>')], 'bad-header'],
    ['an unclosed element', [...H, 0x45], 'truncated'],
    ['END too many', [...H, 0x45, 1, 1], 'misplaced'],
    ['two roots', [...H, 0x45, 1, 0x46, 1], 'misplaced'],
    ['text outside the root', [...H, 3, 0x78, 0], 'misplaced'],
    ['bytes after the root', [...H, 0x45, 1, 0x47, 0x41], 'misplaced'],
    ['an unknown page', [...H, 0, 0xff, 0x45, 1], 'bad-page'],
    ['a cut page switch', [...H, 0], 'truncated'],
    ['an unknown tag', [...H, 0x7f, 1], 'bad-tag'],
    ['LITERAL', [...H, 4, 0, 1], 'bad-token'],
    ['attributes', [...H, 0xc5, 1, 1], 'bad-token'],
    ['a processing instruction', [...H, 0x43, 1, 0x45, 1], 'bad-token'],
    ['an extension', [...H, 0x45, 0x40, 0x78, 0, 1], 'bad-token'],
    ['an entity above Unicode', [...H, 0x45, 2, 0xc4, 0x80, 0x00, 1], 'bad-entity'],
    ['an entity that is a surrogate', [...H, 0x45, 2, 0x83, 0xb0, 0x00, 1], 'bad-entity'],
    ['an entity that is NUL', [...H, 0x45, 2, 0, 1], 'bad-entity'],
    ['invalid UTF-8', [...H, 0x45, 3, 0xc3, 0x28, 0xff, 0, 1], 'bad-utf8'],
    ['overlong UTF-8', [...H, 0x45, 3, 0xc0, 0xaf, 0xe0, 0x80, 0xaf, 0, 1], 'bad-utf8'],
    ['a string without end', [...H, 0x45, 3, 0x61, 0x62], 'truncated'],
    ['opaque bytes beyond the document', [...H, 0x45, 0xc3, 4, 1, 2, 3, 1], 'truncated'],
    ['opaque bytes of negative length', [...H, 0x45, 0xc3, 0x8f, 0xff, 0xff, 0xff, 0x7f, 1], 'truncated'],
    ['no opaque bytes', [...H, 0x45, 0xc3, 0, 1], 'ok'],
    ['32 levels', [...H, ...fill(32, 0x45), ...fill(32, 1)], 'ok'],
    ['33 levels', [...H, ...fill(33, 0x45), ...fill(33, 1)], 'too-deep'],
    ['100,000 unclosed levels', [...H, ...fill(100_000, 0x45)], 'too-deep'],
    ['200,000 siblings', [...H, 0x45, ...fill(200_000, 0x05), 1], 'too-many-nodes'],
  ])('%s', (_name, bytes, expected) => {
    expect(outcome(Uint8Array.from(bytes))).toBe(expected);
  });

  test('table references cannot multiply into gigabytes', () => {
    const table = [...fill(60_000, 0x41), 0];
    const length = [0x80 | (table.length >> 14), 0x80 | ((table.length >> 7) & 0x7f), table.length & 0x7f];
    const bytes = Uint8Array.from([3, 1, 0x6a, ...length, ...table, 0x45, ...fill(20_000, 0x83, 0), 1]);
    expect(outcome(bytes)).toBe('too-much-text');
  });

  test('storms of empty strings, page switches and opaque bytes take linear time', () => {
    const start = process.cpuUsage();
    outcome(Uint8Array.from([...H, 0x45, ...fill(300_000, 3, 0), 1]));
    outcome(Uint8Array.from([...H, ...fill(300_000, 0, 1), 0x45, 1]));
    outcome(Uint8Array.from([...H, 0x45, ...fill(300_000, 0xc3, 1, 65), 1]));
    const used = process.cpuUsage(start);
    expect((used.user + used.system) / 1000).toBeLessThan(5000);
  });
});

const generator = join(resolve(process.env['WAYPOST_SHARED'] ?? '../shared'), 'attacks/gen-wbxml.mjs');

describe.skipIf(!existsSync(generator))('the shared collection of hostile documents', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wbxml-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('each is decoded or refused in bounded time', () => {
    execFileSync(process.execPath, [generator, folder], { stdio: 'ignore' });
    const index = JSON.parse(readFileSync(join(folder, 'INDEX.json'), 'utf8')) as {
      file: string;
      expect: string;
    }[];
    expect(index).toHaveLength(57);
    const wrong: string[] = [];
    for (const { file, expect: wanted } of index) {
      const bytes = new Uint8Array(readFileSync(join(folder, file)));
      const start = process.cpuUsage();
      const got = outcome(bytes);
      const ms = (process.cpuUsage(start).user + process.cpuUsage(start).system) / 1000;
      // Those that begin with sync- are well-formed: the Sync command refuses them (test/protocol).
      const wellFormed = file.startsWith('sync-') || /^(may parse|legal|linear|bounded|treated)/.test(wanted);
      const eitherWay = / or (linear time|ignore|U\+FFFD)/.test(wanted);
      const mayParse = wellFormed || eitherWay;
      if (!mayParse && got === 'ok') wrong.push(`${file}: accepted, wanted ${wanted}`);
      if (ms > 2000) wrong.push(`${file}: ${ms} ms`);
    }
    expect(wrong).toEqual([]);
  });
});
