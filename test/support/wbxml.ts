import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { WbxmlElement, WbxmlNode } from '../../codecs/wbxml/tree.ts';
import { isNode } from '../../codecs/wbxml/tree.ts';

interface Plain {
  tag: string;
  content: (Plain | string | { hex: string })[];
}

export interface Golden {
  name: string;
  bytes: Uint8Array;
  tree: WbxmlNode;
}

/** Documents whose bytes were made by another encoder. */
export function goldens(): Golden[] {
  const path = new URL('../fixtures/wbxml/golden.json', import.meta.url);
  const list = JSON.parse(readFileSync(path, 'utf8')) as { name: string; hex: string; tree: Plain }[];
  return list.map(({ name, hex, tree }) => ({
    name,
    bytes: new Uint8Array(Buffer.from(hex, 'hex')),
    tree: node(tree),
  }));
}

function node(plain: Plain): WbxmlNode {
  return {
    tag: plain.tag,
    content: plain.content.map((c) =>
      typeof c === 'string' ? c : 'hex' in c ? new Uint8Array(Buffer.from(c.hex, 'hex')) : node(c),
    ),
  };
}

/** What decoding the written node must give. */
export function decodedForm(written: WbxmlNode, clean: (text: string) => string): WbxmlElement {
  const element: WbxmlElement = { tag: written.tag, children: [], text: '' };
  const bytes: number[] = [];
  let opaque = false;
  for (const part of written.content) {
    if (typeof part === 'string') element.text += clean(part);
    else if (part instanceof Uint8Array) {
      opaque = true;
      bytes.push(...part);
    } else if (isNode(part)) element.children.push(decodedForm(part, clean));
  }
  if (opaque) element.opaque = Uint8Array.from(bytes);
  return element;
}
