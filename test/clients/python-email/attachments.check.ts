/**
 * Compares every attachment that the indexer finds with what Python's email package decodes: on the messages of
 * Python's own test suite that are present, and on generated ones, for which the right answer is known besides.
 *
 *   node test/clients/python-email/attachments.check.ts [number of generated messages] [seed]
 *
 * Exit status: 0 all equal, 1 differences, 3 no python3.
 */
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readMessage } from '../../../codecs/mime/read-message.ts';
import { decodeTransfer } from '../../../codecs/mime/transfer/decode.ts';
import type { PartIndex } from '../../../codecs/mime/types.ts';
import { type GeneratedMessage, generateMessage } from './generator.ts';
import knownDifferences from './known-differences.data.json' with { type: 'json' };
import { Random } from './random.ts';

interface ReferencePart {
  kind: 'leaf' | 'message' | 'no-parts';
  type: string;
  size?: number;
  sha256?: string;
}

interface Reference {
  name: string;
  parts: ReferencePart[];
  names: (string | null | { error: string })[];
}

const REFERENCE = fileURLToPath(new URL('./reference.py', import.meta.url));

function python(mode: 'collect' | 'read', folder: string): string {
  const run = spawnSync('python3', [REFERENCE, mode, folder], { maxBuffer: 1 << 28, encoding: 'utf8' });
  if (run.error !== undefined) {
    console.error(`python3 cannot be started: ${run.error.message}`);
    process.exit(3);
  }
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Parts that hold content; a multipart without any is none. */
function leavesOf(raw: Uint8Array): { part: PartIndex; content: Uint8Array }[] {
  const { parts } = readMessage(raw).index;
  return parts
    .filter((part) => !part.mediaType.startsWith('multipart/'))
    .map((part) => {
      const content = decodeTransfer(raw.subarray(part.bodyStart, part.bodyEnd), part.encoding);
      if (content.length !== part.decodedSize)
        throw new Error(`decodedSize of ${part.path}: ${part.decodedSize}`);
      return { part, content };
    });
}

function describe(part: ReferencePart): string {
  return part.kind === 'leaf' ? `${part.type} ${part.size} ${part.sha256?.slice(0, 8)}` : part.kind;
}

/** Null when equal, else what differs. Where the reference finds no parts, more may be found than it has. */
function compareParts(
  reference: Reference,
  leaves: { part: PartIndex; content: Uint8Array }[],
): string | null {
  const found = leaves.map(({ part, content }) =>
    part.mediaType.startsWith('message/')
      ? 'message'
      : describe({ kind: 'leaf', type: part.mediaType, size: content.length, sha256: sha256(content) }),
  );
  const expected = reference.parts.filter((part) => part.kind !== 'no-parts').map(describe);
  const gaveUp = expected.length < reference.parts.length;
  let at = 0;
  const missing = expected.filter((part) => {
    const next = found.indexOf(part, at);
    if (next >= 0) at = next + 1;
    return next < 0;
  });
  if (missing.length === 0 && (gaveUp || found.length === expected.length)) return null;
  return `\n  reference ${expected.join(' | ')}\n  found     ${found.join(' | ')}`;
}

function compareGenerated(
  message: GeneratedMessage,
  reference: Reference,
  leaves: { part: PartIndex; content: Uint8Array }[],
): string | null {
  if (leaves.length !== message.parts.length) return `${leaves.length} parts, not ${message.parts.length}`;
  for (const [index, expected] of message.parts.entries()) {
    const { part, content } = leaves[index] as { part: PartIndex; content: Uint8Array };
    if (part.mediaType !== expected.mediaType) return `part ${index} is ${part.mediaType}`;
    if (!Buffer.from(content).equals(Buffer.from(expected.content)))
      return `content of part ${index} differs`;
    if (part.name !== expected.name) return `part ${index} is named ${part.name}, not ${expected.name}`;
    if (reference.names[index] !== expected.name)
      return `the reference names part ${index} ${reference.names[index]}`;
  }
  return compareParts(reference, leaves);
}

const folder = mkdtempSync(join(tmpdir(), 'python-email-'));
let passed = 0;
let failed = 0;
let known = 0;
function report(name: string, difference: string | null): void {
  if (difference === null) passed++;
  else if (Object.hasOwn(knownDifferences, name)) known++;
  else {
    failed++;
    console.error(`${name}: ${difference}`);
  }
}
try {
  const found = join(folder, 'found');
  mkdirSync(found);
  python('collect', found);
  const readLines = (from: string): Reference[] =>
    python('read', from)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  for (const reference of readLines(found)) {
    const raw = new Uint8Array(readFileSync(join(found, `${reference.name}.eml`)));
    report(reference.name, compareParts(reference, leavesOf(raw)));
  }
  const foundCount = passed + failed + known;

  const generated = join(folder, 'generated');
  mkdirSync(generated);
  const random = new Random(Number(process.argv[3] ?? 20261120));
  const messages = Array.from({ length: Number(process.argv[2] ?? 400) }, () => generateMessage(random));
  for (const [index, message] of messages.entries()) {
    writeFileSync(join(generated, `${String(index).padStart(6, '0')}.eml`), message.raw);
  }
  for (const [index, reference] of readLines(generated).entries()) {
    const message = messages[index] as GeneratedMessage;
    report(`generated ${reference.name}`, compareGenerated(message, reference, leavesOf(message.raw)));
  }
  console.log(`${foundCount} messages found, ${messages.length} generated, ${known} known differences`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
