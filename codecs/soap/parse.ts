import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** An element without its prefix; clients mix prefixes and default namespaces, and some confuse the two of the schema. */
export interface XmlElement {
  name: string;
  /** Attributes without prefix; declarations of namespaces are not among them. */
  attributes: Record<string, string>;
  children: XmlElement[];
  /** The text of the element itself; without the space around it where there are children too. */
  text: string;
  /** Text and children in their order. */
  content: (string | XmlElement)[];
}

/** The document is not acceptable; `message` says what is wrong in words for the client. */
export class XmlError extends Error {
  readonly kind: 'malformed' | 'doctype' | 'limits';
  constructor(kind: 'malformed' | 'doctype' | 'limits', message: string) {
    super(message);
    this.name = 'XmlError';
    this.kind = kind;
  }
}

export interface XmlLimits {
  /** Elements of the document. */
  nodes: number;
  depth: number;
  /** Attributes of one element. */
  attributes: number;
}

const LIMITS: XmlLimits = { nodes: 250_000, depth: 100, attributes: 64 };

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  removeNSPrefix: true,
  // Numeric references are not decoded without it.
  htmlEntities: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: LIMITS.depth,
});

/** Of a numeric reference. */
const MAX_DIGITS = 16;

type Node = Record<string, unknown>;

/**
 * Reads a document of one root element. No DOCTYPE, no entities of its own, nothing outside of XML 1.0, bounded in depth,
 * elements and attributes (A02, A03).
 * @throws XmlError
 */
export function parseXml(text: string, given: Partial<XmlLimits> = {}): XmlElement {
  const limits = { ...LIMITS, ...given };
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (/<!DOCTYPE|<!ENTITY/i.test(source))
    throw new XmlError('doctype', 'a document type declaration is not allowed');
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(source) || !source.isWellFormed()) {
    throw new XmlError('malformed', 'the document holds a character that XML does not have');
  }
  if (!hasLegalReferences(source))
    throw new XmlError('malformed', 'the document refers to a character that XML does not have');
  scan(source, limits);
  const valid = XMLValidator.validate(source);
  if (valid !== true)
    throw new XmlError('malformed', `the document is not well formed: ${brief(valid.err.msg)}`);
  let nodes: Node[];
  try {
    nodes = parser.parse(source) as Node[];
  } catch (error) {
    const said = error instanceof Error ? brief(error.message) : 'the document cannot be read';
    throw new XmlError('malformed', said);
  }
  const roots = nodes.filter((node) => !('#text' in node));
  const [root] = roots;
  if (root === undefined || roots.length > 1)
    throw new XmlError('malformed', 'the document must have one root element');
  // The parser leaves out what follows the last element.
  const after = source.slice(source.lastIndexOf('>') + 1);
  if (after.trim() !== '' || nodes.some((node) => '#text' in node && String(node['#text']).trim() !== '')) {
    throw new XmlError('malformed', 'there is text outside of the root element');
  }
  return toElement(root, limits);
}

/** Whether every numeric reference is to a character of XML (XML 1.0 4.1, Legal Character), which the parser leaves open. */
function hasLegalReferences(source: string): boolean {
  if (!source.includes('&#')) return true;
  const text = source.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, '');
  for (const [, digits = ''] of text.matchAll(/&#(x?[0-9a-fA-F]*)/g)) {
    const hex = digits.startsWith('x');
    // Nobody needs a million zeros before a number.
    if (digits.length > MAX_DIGITS) return false;
    const code = Number.parseInt(digits.slice(hex ? 1 : 0), hex ? 16 : 10);
    const legal = code >= 0x20 || code === 9 || code === 10 || code === 13;
    if (!legal || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff)
      return false;
  }
  return true;
}

/** What the parser says names all elements that were left open: some of it is enough, and no answer grows with a request. */
function brief(message: string): string {
  return message.slice(0, 200).toWellFormed();
}

/**
 * One look at the tags before anything is built of them: a document of a few megabytes with a hundred thousand levels or
 * attributes costs the parser seconds.
 * @throws XmlError
 */
function scan(source: string, limits: XmlLimits): void {
  let nodes = 0;
  let depth = 0;
  for (let at = source.indexOf('<'); at >= 0; at = source.indexOf('<', at + 1)) {
    if (source.startsWith('<!--', at)) at = endOf(source, at + 4, '-->');
    else if (source.startsWith('<![CDATA[', at)) at = endOf(source, at + 9, ']]>');
    else if (source.charCodeAt(at + 1) === SLASH) depth -= 1;
    else {
      nodes += 1;
      if (nodes > limits.nodes) throw new XmlError('limits', 'the document has too many elements');
      if (source.charCodeAt(at + 1) === QUESTION) continue;
      at = endOfTag(source, at + 1, limits);
      if (source.charCodeAt(at - 1) !== SLASH) depth += 1;
      if (depth > limits.depth) throw new XmlError('malformed', 'the elements of the document are too deep');
    }
  }
}

const SLASH = 0x2f;
const QUESTION = 0x3f;
const UNENDED = 'the document is not well formed: it ends in the middle';

function endOf(source: string, from: number, mark: string): number {
  const end = source.indexOf(mark, from);
  if (end < 0) throw new XmlError('malformed', UNENDED);
  return end;
}

/** The `>` of a tag: one in the value of an attribute is none. */
function endOfTag(source: string, from: number, limits: XmlLimits): number {
  let values = 0;
  for (let at = from; at < source.length; at++) {
    const char = source[at];
    if (char === '>') return at;
    if (char !== '"' && char !== "'") continue;
    // Declarations of namespaces are no attributes, but not without number either.
    if (++values > 2 * limits.attributes) throw new XmlError('limits', 'an element has too many attributes');
    at = endOf(source, at + 1, char);
  }
  throw new XmlError('malformed', UNENDED);
}

function toElement(node: Node, limits: XmlLimits): XmlElement {
  const name = Object.keys(node).find((key) => key !== ':@') ?? '';
  const own = Object.entries((node[':@'] ?? {}) as Record<string, string>);
  if (own.length > limits.attributes) throw new XmlError('limits', `${name} has too many attributes`);
  const attributes: Record<string, string> = {};
  for (const [key, value] of own) attributes[key.slice(1)] = value;
  const content = ((node[name] ?? []) as Node[]).map((child) =>
    '#text' in child ? String(child['#text']) : toElement(child, limits),
  );
  const children = content.filter((one): one is XmlElement => typeof one !== 'string');
  const text = content.filter((one) => typeof one === 'string').join('');
  return { name, attributes, children, text: children.length > 0 ? text.trim() : text, content };
}
