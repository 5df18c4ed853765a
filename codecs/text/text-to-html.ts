const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML character data, safe in elements and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] as string);
}

/**
 * Plain text as an HTML fragment that shows the same lines and spacing: line ends become `<br>`, runs of spaces do
 * not collapse. No links are made and nothing in the text acts as markup.
 */
export function textToHtml(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n');
  return lines
    .map((line) => escapeHtml(line.replaceAll('\t', '    ')).replace(/ (?= )|^ /g, '&nbsp;'))
    .join('<br>\r\n');
}
