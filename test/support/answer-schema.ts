import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { WbxmlElement } from '../../codecs/wbxml/index.ts';

/** Folder whose `index.xsd` brings together the schemas of all answers; unset where there are none. */
const FOLDER = process.env['WAYPOST_XSD'];

/** OPAQUE that stands for bytes and is base64 in the schemas; any other is text (MS-ASWBXML 2.1.2.1). */
const BYTES = /:(ConversationId|ConversationIndex|Content|Data)$/;

/** Throws when an answer breaks the schema of its command. Needs xmllint; does nothing without WAYPOST_XSD. */
export function checkAnswer(command: string, root: WbxmlElement): void {
  if (FOLDER === undefined) return;
  const { status, stderr, error } = spawnSync(
    'xmllint',
    ['--noout', '--huge', '--schema', join(FOLDER, 'index.xsd'), '-'],
    { input: xmlOf(root, ''), encoding: 'utf8' },
  );
  if (error !== undefined) throw error;
  if (status === 0) return;
  const broken = stderr.split('\n').filter((line) => line.includes('Schemas validity error'));
  throw new Error(`${command}: the answer breaks its schema\n${broken.join('\n') || stderr}`);
}

function xmlOf({ tag, text, opaque, children }: WbxmlElement, parent: string): string {
  const [namespace = '', name = ''] = tag.split(':');
  const xmlns = namespace === parent ? '' : ` xmlns="${namespace}"`;
  const inner = children.map((c) => xmlOf(c, namespace)).join('');
  return `<${name}${xmlns}>${escaped(opaque === undefined ? text : textOfOpaque(tag, opaque))}${inner}</${name}>`;
}

function textOfOpaque(tag: string, opaque: Uint8Array): string {
  const isText = !BYTES.test(tag) || tag.startsWith('AirSyncBase:');
  return Buffer.from(opaque).toString(isText ? 'utf8' : 'base64');
}

function escaped(text: string): string {
  return text.replace(/[&<>\r]/g, (c) => `&#${c.charCodeAt(0)};`);
}
