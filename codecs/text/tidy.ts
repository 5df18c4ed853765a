/** Cuts to at most `maxLength` UTF-16 units, never inside a surrogate pair. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const last = text.charCodeAt(maxLength - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxLength - 1 : maxLength);
}

/** Lines without surrounding blanks kept apart by at most one empty line; no-break spaces as spaces. */
export function tidyText(text: string, maxLength: number): string {
  const out: string[] = [];
  let empty = 0;
  for (const raw of cutText(text, maxLength).replaceAll('\u00a0', ' ').replaceAll('\r', '').split('\n')) {
    const line = raw.trimEnd();
    if (line === '') {
      empty++;
      continue;
    }
    if (empty > 0 && out.length > 0) out.push('');
    empty = 0;
    out.push(line);
  }
  return out.join('\n');
}
