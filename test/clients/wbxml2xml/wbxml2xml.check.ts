/**
 * Compares the WBXML codec with Debian's `wbxml2xml` (package libwbxml2-utils): every token, those of protocol 2.x
 * included, the golden documents, and every kind of answer of the server itself (answers.ts). known-gaps.data.json lists the 37 tags that the tool (0.11.8) does not know and
 * the one that it misspells, where it has another name for the same token, and where it shows bytes as text.
 * `node test/clients/wbxml2xml/wbxml2xml.check.ts`; exits 3 when the tool is not there.
 */
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allTags } from '../../../codecs/wbxml/code-pages.ts';
import { decodeWbxml, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { startWaypost } from '../../support/harness.ts';
import { goldens } from '../../support/wbxml.ts';
import { answersOf } from './answers.ts';
import known from './known-gaps.data.json' with { type: 'json' };

const folder = mkdtempSync(join(tmpdir(), 'wbxml2xml-'));
const input = join(folder, 'in.wbxml');

/** The tool's reading in its compact form, without prolog. */
function theirs(bytes: Uint8Array): string {
  writeFileSync(input, bytes);
  // -k: white space at the ends of a text is content.
  const options = ['-l', 'ACTIVESYNC', '-m', '0', '-k', '-o', '-', input];
  const run = spawnSync('wbxml2xml', options, { encoding: 'utf8' });
  if (run.error !== undefined) throw run.error;
  return run.stdout.replace(/^.*?<!DOCTYPE[^>]*>/s, '').trim();
}

const xmlText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const names: Record<string, string | undefined> = { ...known.otherNames, ...known.misspelt };
const namespaces: Record<string, string | undefined> = known.otherNamespaces;
const unknown = new Set(known.unknown);
const bytesAsText = new Set(known.bytesAsText);

/** How the tool calls a tag; what it does not know it calls `unknown`, without a namespace. */
function toolName(tag: string): [namespace: string | null, name: string] {
  if (unknown.has(tag)) return [null, 'unknown'];
  const [namespace = '', name = ''] = tag.split(':');
  return [namespaces[namespace] ?? namespace, names[tag] ?? name];
}

/**
 * Our reading in the tool's form: byte arrays as base64, a namespace where it differs from the parent's. It shows
 * none around what it does not know, except page 7 for a whole document that it does not know.
 */
function ours(element: WbxmlElement, parent: string | null = ''): string {
  const [namespace, name] = toolName(element.tag);
  const shown = parent === '' ? (namespace ?? 'FolderHierarchy') : namespace;
  const xmlns = shown === null || parent === null || shown === parent ? '' : ` xmlns="${shown}:"`;
  const bytes = Buffer.from(element.opaque ?? []);
  const content =
    xmlText(element.text) +
    (bytesAsText.has(element.tag) ? xmlText(bytes.toString()) : bytes.toString('base64')) +
    element.children.map((c) => ours(c, namespace)).join('');
  return content === '' ? `<${name}${xmlns}/>` : `<${name}${xmlns}>${content}</${name}>`;
}

if (spawnSync('wbxml2xml', ['-h']).error !== undefined) {
  console.error('wbxml2xml is not installed (Debian package libwbxml2-utils)');
  process.exit(3);
}

let passed = 0;
const failures: string[] = [];
function compare(name: string, bytes: Uint8Array): void {
  const mine = ours(decodeWbxml(bytes));
  const other = theirs(bytes);
  // A gap that a later version of the tool has closed shows here too: the list is to be true.
  if (mine === other) passed++;
  else failures.push(`${name}\n  waypost   ${mine}\n  wbxml2xml ${other}`);
}

for (const { tag, page, token } of allTags().values()) {
  compare(tag, Uint8Array.from([3, 1, 0x6a, 0, 0, page, token]));
}
for (const { name, bytes } of goldens()) compare(name, bytes);

/** Commands whose answer is no document. */
const WITHOUT_DOCUMENT = new Set(['GetAttachment']);

const server = await startWaypost({ vars: { LOG_LEVEL: 'warn' } });
try {
  const { headers } = await server.fetch('/Microsoft-Server-ActiveSync', { method: 'OPTIONS' });
  const answers = await answersOf(server);
  for (const { name, bytes } of answers) compare(name, bytes);
  const answered = new Set(answers.map(({ command }) => command));
  for (const command of headers.get('ms-asprotocolcommands')?.split(',') ?? []) {
    if (!answered.has(command) && !WITHOUT_DOCUMENT.has(command)) failures.push(`no answer of ${command}`);
  }
} finally {
  await server.stop();
}
rmSync(folder, { recursive: true, force: true });

for (const failure of failures) console.error(`differs: ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
