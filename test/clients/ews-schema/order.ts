/**
 * Reads from the schema of Exchange Web Services which elements a type has, in which order and of which type: all that a
 * writer needs. Only what answers can contain is kept.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import type { SchemaData } from '../../../codecs/soap/schema.ts';

/** As fast-xml-parser gives it with preserveOrder: one key that is the name, `:@` the attributes. */
type Node = Record<string, unknown>;

interface Declared {
  base: string | null;
  elements: string[];
  list: boolean;
}

const FILES = { t: 'types.xsd', m: 'messages.xsd' } as const;
type Prefix = keyof typeof FILES;

const nameOf = (node: Node): string => Object.keys(node).find((key) => key !== ':@') ?? '';
const childrenOf = (node: Node): Node[] => {
  const value = node[nameOf(node)];
  return Array.isArray(value) ? (value as Node[]) : [];
};
const attribute = (node: Node, name: string): string | null => {
  const all = (node[':@'] ?? {}) as Record<string, string>;
  return all[`@${name}`] ?? null;
};

export function readOrder(folder: string): SchemaData {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    removeNSPrefix: true,
    parseTagValue: false,
    parseAttributeValue: false,
  });
  const types = new Map<string, Declared>();
  const roots = new Map<string, string>();
  const groups = new Map<string, Node>();
  /** Elements that may stand for an abstract one. */
  const substitutes = new Map<string, string[]>();
  /** Elements that others refer to, and types of which there is nothing itself. */
  const globals = new Map<string, { prefix: Prefix; node: Node }>();
  const abstract = new Set<string>();
  const documents = (Object.keys(FILES) as Prefix[]).map((prefix) => {
    const nodes = parser.parse(readFileSync(join(folder, FILES[prefix]), 'utf8')) as Node[];
    const schema = nodes.find((node) => nameOf(node) === 'schema');
    return { prefix, nodes: schema === undefined ? [] : childrenOf(schema) };
  });
  for (const { prefix, nodes } of documents) {
    for (const node of nodes) {
      const name = attribute(node, 'name') ?? '';
      if (nameOf(node) === 'group') groups.set(name, node);
      if (nameOf(node) === 'element') globals.set(`${prefix}:${name}`, { prefix, node });
      if (attribute(node, 'abstract') === 'true') abstract.add(`${prefix}:${name}`);
      const head = attribute(node, 'substitutionGroup');
      if (nameOf(node) === 'element' && head !== null) {
        const known = substitutes.get(local(head)) ?? [];
        substitutes.set(local(head), [...known, element(prefix, name, attribute(node, 'type'))]);
      }
    }
  }
  for (const { prefix, nodes } of documents) {
    for (const node of nodes) {
      const name = attribute(node, 'name') ?? '';
      if (nameOf(node) === 'complexType') declare(prefix, `${prefix}:${name}`, node);
      if (nameOf(node) === 'element' && prefix === 'm') {
        const inline = childrenOf(node).find((child) => nameOf(child) === 'complexType');
        if (inline !== undefined) declare(prefix, `m:${name}`, inline);
        roots.set(name, inline === undefined ? typeOf(prefix, attribute(node, 'type')) : `m:${name}`);
      }
    }
  }

  function declare(prefix: Prefix, name: string, node: Node): void {
    const declared: Declared = { base: null, elements: [], list: false };
    types.set(name, declared);
    walk(prefix, name, node, declared);
  }

  function walk(prefix: Prefix, owner: string, node: Node, into: Declared): void {
    for (const child of childrenOf(node)) {
      const kind = nameOf(child);
      if (kind === 'extension') into.base = typeOf(prefix, attribute(child, 'base')) || null;
      // Alternatives, or a group, that may come again and again: their order is that of the data.
      if ((kind === 'choice' || kind === 'sequence') && many(child) && elementsIn(child) > 1)
        into.list = true;
      if (kind === 'group') {
        const group = groups.get(local(attribute(child, 'ref') ?? ''));
        if (group !== undefined) walk(prefix, owner, group, into);
      } else if (kind === 'element') {
        const ref = attribute(child, 'ref');
        const name = attribute(child, 'name') ?? '';
        const inline = childrenOf(child).find((one) => nameOf(one) === 'complexType');
        if (ref !== null) into.elements.push(...referred(prefix, typeOf(prefix, ref)));
        else if (inline !== undefined) {
          const inner = `${owner}.${name}`;
          declare(prefix, inner, inline);
          into.elements.push(`${name}=${inner}`);
        } else {
          // What an answer must have even when it reports an error.
          const needed =
            prefix === 'm' && nameOf(node) === 'sequence' && attribute(child, 'minOccurs') === null;
          into.elements.push(element(prefix, name, attribute(child, 'type')) + (needed ? '!' : ''));
        }
        if (ref !== null && many(child)) into.list = true;
      } else if (kind !== 'annotation' && kind !== 'attribute') walk(prefix, owner, child, into);
    }
  }

  /**
   * The element itself, unless there is none of its type, and what may stand for it. Of the other namespace it bears its
   * prefix.
   */
  function referred(prefix: Prefix, ref: string): string[] {
    const found = globals.get(ref);
    const type = found === undefined ? null : attribute(found.node, 'type');
    const isOwn = found !== undefined && type !== null && !abstract.has(typeOf(found.prefix, type));
    const named = isOwn ? element(found.prefix, local(ref), type) : '';
    const own = isOwn ? [found.prefix === prefix ? named : `${found.prefix}:${named}`] : [];
    return [...own, ...(substitutes.get(local(ref)) ?? [])];
  }

  function element(prefix: Prefix, name: string, type: string | null): string {
    const full = typeOf(prefix, type);
    return full === '' ? name : `${name}=${full}`;
  }

  const isAnswer = (name: string) => /Response(?:Message)?$/.test(name) || name === 'SendNotification';
  const kept: SchemaData = { roots: {}, types: {} };
  const keep = (type: string): void => {
    const declared = types.get(type);
    if (declared === undefined || kept.types[type] !== undefined) return;
    const elements = declared.elements.map((one) => {
      const [name = '', of = ''] = one.replace('!', '').split('=', 2);
      return types.has(of) ? one : name;
    });
    kept.types[type] = {
      ...(declared.base === null || !types.has(declared.base) ? {} : { base: declared.base }),
      elements: elements.join(' '),
      ...(declared.list ? { list: true } : {}),
    };
    if (declared.base !== null) keep(declared.base);
    for (const one of elements) keep(one.replace('!', '').split('=', 2)[1] ?? '');
  };
  for (const [name, type] of roots) {
    if (!isAnswer(name)) continue;
    kept.roots[name] = type;
    keep(type);
  }
  return kept;
}

/** `t:ItemType` for a type of the schema; '' for one of XML Schema itself. */
function typeOf(prefix: Prefix, name: string | null): string {
  if (name === null || name.startsWith('xs:')) return '';
  return name.includes(':') ? name.replace(/^tns:/, `${prefix}:`) : `${prefix}:${name}`;
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function many(node: Node): boolean {
  const most = attribute(node, 'maxOccurs');
  return most !== null && most !== '1' && most !== '0';
}

function elementsIn(node: Node): number {
  return childrenOf(node).reduce((n, child) => n + (nameOf(child) === 'element' ? 1 : elementsIn(child)), 0);
}
