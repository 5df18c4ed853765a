const MAX_ATTRIBUTES = 40;

/** Attributes of a tag from behind its name on, names in lower case, values as they stand; and where the tag ends. */
export function readAttributes(html: string, from: number): { attributes: [string, string][]; end: number } {
  const attributes: [string, string][] = [];
  // Sticky: each piece begins where the last one ended.
  const piece = /[\s/]*([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?|[\s/]*(>)|[^>]/gy;
  piece.lastIndex = from;
  for (let match = piece.exec(html); match !== null; match = piece.exec(html)) {
    if (match[5] === '>') return { attributes, end: piece.lastIndex };
    const [, name, double, single, bare] = match;
    if (name !== undefined && attributes.length < MAX_ATTRIBUTES) {
      attributes.push([name.toLowerCase(), double ?? single ?? bare ?? '']);
    }
  }
  return { attributes, end: html.length };
}
