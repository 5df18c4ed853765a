/** Small changes to the tags of HTML that otherwise stays as it was written. One pass; never throws. */
import { readAttributes } from './html-tags.ts';

type Attributes = readonly (readonly [name: string, value: string])[];

/** Copies HTML; of opening tags of these names, `change` says the attributes anew, or null to leave them. */
function rewriteTags(
  html: string,
  names: ReadonlySet<string>,
  change: (attributes: Attributes) => Attributes | null,
): string {
  const out: string[] = [];
  let from = 0;
  const tag = /<(?:!--|([a-z]{1,10})(?=[\s/>]))/gi;
  for (let match = tag.exec(html); match !== null; match = tag.exec(html)) {
    const name = match[1]?.toLowerCase();
    if (name === undefined) {
      const end = html.indexOf('-->', match.index + 4);
      if (end < 0) break;
      tag.lastIndex = end + 3;
      continue;
    }
    if (!names.has(name)) continue;
    const start = match.index + match[0].length;
    const { attributes, end } = readAttributes(html, start);
    tag.lastIndex = end;
    const changed = change(attributes);
    if (changed === null) continue;
    const written = changed.map(([key, value]) => ` ${key}="${value.replaceAll('"', '&quot;')}"`);
    const closed = html[end - 2] === '/' ? ' /' : '';
    out.push(html.slice(from, start), ...written, `${closed}>`);
    from = end;
  }
  out.push(html.slice(from));
  return out.join('');
}

const LINKS = new Set(['a', 'area']);

/** Links that open in a window of their own. */
export function withBlankTargets(html: string): string {
  return rewriteTags(html, LINKS, (attributes) => {
    if (!attributes.some(([name]) => name === 'href')) return null;
    return [...attributes.filter(([name]) => name !== 'target'), ['target', '_blank']];
  });
}

const PICTURES = new Set(['img', 'input', 'image']);
const REMOTE = /^\s*(?:https?:)?\/\//i;

/** HTML that loads no picture from elsewhere; `blocked`: it would have. */
export function withoutRemoteImages(html: string): { html: string; blocked: boolean } {
  let blocked = false;
  const quiet = rewriteTags(html, PICTURES, (attributes) => {
    const remote = attributes.some(
      ([name, value]) => (name === 'src' && REMOTE.test(value)) || name === 'srcset',
    );
    if (!remote) return null;
    blocked = true;
    return attributes.flatMap(([name, value]): [string, string][] => {
      if (name === 'srcset') return [];
      return name === 'src' && REMOTE.test(value) ? [['blockedimagesrc', value]] : [[name, value]];
    });
  });
  return { html: quiet, blocked };
}
