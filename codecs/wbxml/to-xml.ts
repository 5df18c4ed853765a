import { decodeWbxml } from './decode.ts';
import type { WbxmlElement } from './tree.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/**
 * A document as XML, for people and for comparing with other programs: one line per element, an xmlns ('AirSync:')
 * wherever the namespace changes, OPAQUE content as base64 in an attribute `opaque`. Well-formed for every document
 * that decodes. Throws WbxmlDecodeError like decodeWbxml.
 */
export function wbxmlToXml(bytes: Uint8Array): string {
  const lines = ['<?xml version="1.0" encoding="utf-8"?>'];
  writeElement(decodeWbxml(bytes), '', '', lines);
  return `${lines.join('\n')}\n`;
}

/** Recursion is safe here: the decoder bounds the depth. */
function writeElement(element: WbxmlElement, parent: string, indent: string, lines: string[]): void {
  const [namespace = '', name = ''] = element.tag.split(':');
  const xmlns = namespace === parent ? '' : ` xmlns="${namespace}:"`;
  const opaque = element.opaque === undefined ? '' : ` opaque="${base64(element.opaque)}"`;
  const start = `${indent}<${name}${xmlns}${opaque}`;
  // A bare CR would be read back as LF.
  const text = element.text.replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character);
  if (element.children.length > 0) {
    lines.push(`${start}>${text}`);
    for (const inner of element.children) writeElement(inner, namespace, `${indent} `, lines);
    lines.push(`${indent}</${name}>`);
  } else {
    lines.push(text === '' ? `${start}/>` : `${start}>${text}</${name}>`);
  }
}

const CHUNK = 0x2000;

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}
