/**
 * RFC 3676: paragraphs of `text/plain; format=flowed` put together again. Quote marks stay, one space after the
 * last. `delSp`: the space at a soft line break is not part of the text (4.1). Linear; line ends become LF.
 */
export function unwrapFlowed(text: string, delSp: boolean): string {
  const out: string[] = [];
  let paragraph: string[] = [];
  let paragraphDepth = -1;
  const flush = (): void => {
    if (paragraphDepth < 0) return;
    const marks = paragraphDepth === 0 ? '' : `${'>'.repeat(paragraphDepth)} `;
    out.push(marks + paragraph.join(''));
    paragraph = [];
    paragraphDepth = -1;
  };
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n');
  for (const line of lines) {
    let depth = 0;
    while (line.charCodeAt(depth) === 62) depth++;
    // 4.4: one space after the quote marks, or at the start of a line, is stuffing.
    let content = line.slice(line.charCodeAt(depth) === 32 ? depth + 1 : depth);
    // 4.3: a signature separator neither flows nor is flowed into.
    const isSignature = content === '-- ';
    // 4.5: a paragraph ends where the quote depth changes.
    if (paragraphDepth >= 0 && (depth !== paragraphDepth || isSignature)) flush();
    const flows = content.endsWith(' ') && !isSignature;
    if (flows && delSp) content = content.slice(0, -1);
    paragraph.push(content);
    paragraphDepth = depth;
    if (!flows) flush();
  }
  flush();
  return out.join('\n');
}
