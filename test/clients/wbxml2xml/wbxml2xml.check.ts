/**
 * Compares the WBXML codec with Debian's `wbxml2xml` (package libwbxml2-utils): every tag, and the golden
 * documents. known-gaps.data.json lists what the tool does not know (page 25 and a few tags), and where it has
 * another name for the same token. `node test/clients/wbxml2xml/wbxml2xml.check.ts`; exits 3 when the tool is not there.
 */
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TAGS } from '../../../codecs/wbxml/code-pages.ts';
import { decodeWbxml, el, encodeWbxml, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { goldens } from '../../support/wbxml.ts';
import known from './known-gaps.data.json' with { type: 'json' };

const folder = mkdtempSync(join(tmpdir(), 'wbxml2xml-'));
const input = join(folder, 'in.wbxml');

/** The tool's reading in its compact form, without prolog. */
function theirs(bytes: Uint8Array): string {
  writeFileSync(input, bytes);
  const run = spawnSync('wbxml2xml', ['-l', 'ACTIVESYNC', '-m', '0', '-o', '-', input], { encoding: 'utf8' });
  if (run.error !== undefined) throw run.error;
  return run.stdout.replace(/^.*?<!DOCTYPE[^>]*>/s, '').trim();
}

const xmlText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Our reading in the same form: a namespace where it differs from the parent's, bytes as base64. */
function ours(element: WbxmlElement, parent = ''): string {
  const [namespace = '', name = ''] = element.tag.split(':');
  const shown = (known.otherNames as Record<string, string>)[element.tag] ?? name;
  const prefix = (known.otherNamespaces as Record<string, string>)[namespace] ?? namespace;
  const xmlns = namespace === parent ? '' : ` xmlns="${prefix}:"`;
  const bytes = element.opaque === undefined ? '' : Buffer.from(element.opaque).toString('base64');
  const content = xmlText(element.text) + bytes + element.children.map((c) => ours(c, namespace)).join('');
  return content === '' ? `<${shown}${xmlns}/>` : `<${shown}${xmlns}>${content}</${shown}>`;
}

if (spawnSync('wbxml2xml', ['-h']).error !== undefined) {
  console.error('wbxml2xml is not installed (Debian package libwbxml2-utils)');
  process.exit(3);
}

let passed = 0;
const failures: string[] = [];
function compare(name: string, bytes: Uint8Array, differs: boolean): void {
  const mine = ours(decodeWbxml(bytes));
  const other = theirs(bytes);
  // A gap that has gone is a failure too: the list would claim what is no longer so.
  if ((mine === other) === !differs) passed++;
  else failures.push(`${name}\n  waypost   ${mine}\n  wbxml2xml ${other}`);
}

const gaps = new Set<string>(known.tags);
for (const { tag, legacy } of TAGS.values()) {
  if (legacy) continue;
  compare(tag, encodeWbxml(el(tag)), gaps.has(tag) || tag.startsWith(known.page));
}
for (const { name, bytes } of goldens()) compare(name, bytes, name.startsWith('Find'));
rmSync(folder, { recursive: true, force: true });

for (const failure of failures) console.error(`differs: ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
