/** Characters of authentication results kept with the raw (object metadata holds 8,192 bytes in all). */
const MAX_LENGTH = 2000;

/**
 * The Authentication-Results that the platform itself stamped, or '' when there are none (RFC 8601).
 *
 * The platform puts its header above all others, so it is trusted only as the topmost one and only under its
 * own authserv-id: a sender can write any header with any name further down (ATTACKS A25). `Headers` joins the
 * fields of one name with commas; the first comma outside of comments and quotes ends the topmost field.
 */
export function platformAuthResults(headers: Headers, authservId: string): string {
  const joined = headers.get('authentication-results');
  if (joined === null) return '';
  const end = endOfFirstField(joined.slice(0, 4 * MAX_LENGTH));
  if (end === null) return '';
  const first = joined.slice(0, end).trim();
  // authserv-id, then an optional version, then `;` (RFC 8601 2.2).
  const id = /^[^\s;]+/.exec(first)?.[0] ?? '';
  const afterId = first.slice(id.length).trimStart();
  if (id.toLowerCase() !== authservId.toLowerCase() || !/^(?:\d+\s*)?;/.test(afterId)) return '';
  return first.slice(0, MAX_LENGTH);
}

/** Where the first of several joined fields ends; null when a comment or quote in it never closes. */
function endOfFirstField(joined: string): number | null {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < joined.length; i++) {
    const c = joined[i];
    if (c === '\\' && (quoted || depth > 0)) i++;
    else if (quoted) quoted = c !== '"';
    else if (c === '"' && depth === 0) quoted = true;
    else if (c === '(') depth++;
    else if (c === ')') depth = Math.max(0, depth - 1);
    else if (c === ',' && depth === 0) return i;
  }
  return quoted || depth > 0 ? null : joined.length;
}
