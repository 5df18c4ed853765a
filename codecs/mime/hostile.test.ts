import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { htmlToText } from '../text/html-to-text.ts';
import { previewOf } from '../text/preview.ts';
import { segmentWords } from '../text/words.ts';
import { MimeIndexer } from './indexer.ts';
import { readMessage } from './read-message.ts';
import { bytesOf } from './testing.ts';

/** ATTACKS A10: what one message may cost a consumer invocation, in milliseconds of CPU. */
const BUDGET = 5000;

/** All that ingest does with a message. */
function ingest(raw: Uint8Array): { cpu: number; shown: number; attachments: number; indexSize: number } {
  const start = process.cpuUsage();
  const { index, text, html } = readMessage(raw);
  const words = text ?? (html === null ? '' : htmlToText(html));
  previewOf(words);
  segmentWords(words);
  if (text !== null && html !== null) htmlToText(html);
  const used = process.cpuUsage(start);
  return {
    cpu: (used.user + used.system) / 1000,
    shown: (text ?? html ?? '').length,
    attachments: index.attachments.length,
    indexSize: JSON.stringify(index).length,
  };
}

function expectTame(raw: Uint8Array, budget: number): void {
  const { cpu, shown, attachments, indexSize } = ingest(raw);
  expect(cpu).toBeLessThan(budget);
  expect(shown + attachments).toBeGreaterThan(0);
  expect(indexSize).toBeLessThan(2_000_000);
}

const MEGABYTES = 3 * 1024 * 1024;

function fill(unit: string, size = MEGABYTES): string {
  return unit.repeat(Math.floor(size / unit.length));
}

const MIXED = 'From: a@b\r\nTo: c@d\r\nSubject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n';
const QP = 'Content-Transfer-Encoding: quoted-printable\r\n\r\n';
const BASE64 = 'Content-Transfer-Encoding: base64\r\n\r\n';

function partsWith(header: string): string {
  return MIXED + fill(`--b\r\n${header}\r\n\r\nx\r\n`);
}

const LONG = 60_000;

const CASES: Record<string, () => string> = {
  'names of encoded words in every part': () =>
    partsWith(`Content-Type: a/b; name="${fill('=?utf-8?Q?a?= ', LONG)}"`),
  'escapes in every name': () =>
    partsWith(`Content-Disposition: attachment; filename*=utf-8''${fill('%41', LONG)}`),
  'parameters without end in every part': () => partsWith(`Content-Type: a/b${fill(';a=b', LONG)}`),
  'sections without end in every part': () =>
    partsWith(`Content-Type: a/b${Array.from({ length: 6000 }, (_, i) => `;n*${i}=b`).join('')}`),
  'quotes in every name': () => partsWith(`Content-Type: a/b; name="${fill('\\"', LONG)}`),
  'words that never end': () => partsWith(`Content-Description: ${fill('=?u?Q?x', LONG)}`),
  'small parts': () => partsWith('Content-Type: text/plain'),
  'delimiters and nothing else': () => MIXED + fill('--b\n'),
  'closing delimiters': () => MIXED + fill('--b--\n'),
  dashes: () => MIXED + fill('--'),
  'lines of dashes': () => MIXED + fill('--\r\n'),
  'lines like delimiters in a multipart without boundary': () =>
    `Content-Type: multipart/mixed\r\n\r\n${fill('--x\n')}`,
  'lines almost like delimiters': () => MIXED + fill(`--b${' '.repeat(240)}x\n`),
  'multiparts that begin again and again': () =>
    MIXED + fill('--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n'),
  'boundaries that are not the ones named': () => MIXED + fill('--y\nContent-Type: a/b\n\nz\n--b\n\nq\n'),
  'empty lines': () => `${MIXED}--b\r\n\r\n.${fill('\n')}`,
  'bare CR': () => `From: x\rContent-Type: multipart/mixed; boundary=b\r\r--b\r\r${fill('a\r')}`,
  'bare CR in a header': () => `From: a@b\r\n${fill('X: a\r')}\r\n\r\nx`,
  'folding without end': () => `From: a@b\r\nX:${fill('\n a')}\n\nx`,
  'fields without values': () => `${fill('a:\n')}\nx`,
  'one long line': () => `From: ${fill('a')}\r\n\r\nx`,
  'nothing but NUL': () => fill('\0'),
  'recipients without end': () => `${fill(`To: ${fill('"a" <b@c>,', LONG)}\r\n`)}\r\nx`,
  'raw 8-bit fields': () => `${fill('X-A: \xff\r\n')}\r\nx`,
  'every field at its worst': () =>
    [
      `Subject: ${fill('=?utf-8?B?w6k=?= ', 64_000)}`,
      `To: ${fill('(', 64_000)}`,
      `Cc: ${fill('a@b,', 64_000)}`,
      `Bcc: ${fill('<a@b ', 64_000)}`,
      `Reply-To: ${fill('=?utf-8?Q?a?= ', 64_000)}`,
      `References: ${fill('<a@b>', 64_000)}`,
      `Date: ${fill('(', 64_000)}`,
      '',
      'x',
    ].join('\r\n'),
  'quoted-printable spaces': () => `${QP}x${fill(' ')}`,
  'quoted-printable escapes that are none': () => QP + fill('= '),
  'base64 padding': () => BASE64 + fill('='),
  'base64 of single characters': () => BASE64 + fill('A='),
  'uuencode lines of one character': () =>
    `Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\n${fill('_\n')}`,
  'flowed lines': () => `Content-Type: text/plain; format=flowed\r\n\r\n${fill('a \r\n')}`,
  'flowed quotes': () => `Content-Type: text/plain; format=flowed\r\n\r\n${fill('>')} \r\n${fill('> \r\n')}`,
  'unclosed tags': () => `Content-Type: text/html\r\n\r\nx${fill('<a ')}`,
  'UTF-7 shifts': () => `Content-Type: text/plain; charset=utf-7\r\n\r\n${fill('+AGE-')}`,
  'HZ shifts': () => `Content-Type: text/plain; charset=hz-gb-2312\r\n\r\n${fill('~{!')}`,
  'marks on one letter': () => `Content-Type: text/plain; charset=utf-8\r\n\r\na${fill('\xcc\x81')}`,
  'invisible characters': () =>
    `Content-Type: text/plain; charset=utf-8\r\n\r\na${fill('\xe2\x80\x8c\xc2\xa0')}`,
  'links without end': () => `Content-Type: text/plain\r\n\r\n${fill('http://')}`,
  'quotation marks': () => `Content-Type: text/plain\r\n\r\n${fill('>')}`,
};

describe('a hostile message', { timeout: 30_000 }, () => {
  it.each(Object.entries(CASES))('of %s is indexed in bounded time and seen', (_, make) => {
    expectTame(bytesOf(make()), BUDGET);
  });

  it('of 25 MiB is indexed in bounded memory', () => {
    const indexer = new MimeIndexer();
    indexer.write(bytesOf(`${MIXED}--b\r\nContent-Type: a/b\r\n${BASE64}`));
    const chunk = bytesOf(fill(`${'A'.repeat(76)}\r\n`, 64 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    for (let i = 0; i < 405; i++) {
      indexer.write(chunk);
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }
    indexer.write(bytesOf('\r\n--b--'));
    expect(peak).toBeLessThan(2 * 1024 * 1024);
    const { size, parts } = indexer.end();
    expect(size).toBeGreaterThan(25 * 1024 * 1024);
    expect(parts[1]?.decodedSize).toBe((405 * chunk.length * 57) / 78);
  });
});

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const generator = join(
  resolve(root, process.env['WAYPOST_SHARED'] ?? '../shared'),
  'attacks/gen-mime-bombs.mjs',
);

describe.skipIf(!existsSync(generator))('a generated bomb', { timeout: 30_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mime-bombs-'));
  if (existsSync(generator)) spawnSync(process.execPath, [generator, folder], { stdio: 'inherit' });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(readdirSync(folder))('%s', (name) => {
    expectTame(readFileSync(join(folder, name)), BUDGET);
  });

  it('was there', () => {
    expect(readdirSync(folder).length).toBeGreaterThan(50);
  });
});
