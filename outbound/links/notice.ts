/** What a message says of the files that it does not hold any more. */
export interface LinkedFile {
  name: string;
  /** Of the file itself, in bytes. */
  size: number;
  url: string;
}

export function textNotice(files: readonly LinkedFile[], endsAt: number): string {
  const list = files.map(({ name, size, url }) => `${oneLine(name)} (${shownSize(size)})\r\n${url}`);
  return `Files of this message, to be downloaded until ${shownDay(endsAt)}:\r\n\r\n${list.join('\r\n\r\n')}\r\n`;
}

export function htmlNotice(files: readonly LinkedFile[], endsAt: number): string {
  const list = files.map(
    ({ name, size, url }) =>
      `<li><a href="${escaped(url)}">${escaped(oneLine(name))}</a> (${shownSize(size)})</li>`,
  );
  return `<div><hr><p>Files of this message, to be downloaded until ${shownDay(endsAt)}:</p><ul>${list.join('')}</ul></div>`;
}

/** The notice at the end of what is shown of a document. */
export function withHtmlNotice(html: string, notice: string): string {
  const end = html.toLowerCase().lastIndexOf('</body');
  return end < 0 ? html + notice : html.slice(0, end) + notice + html.slice(end);
}

function shownSize(bytes: number): string {
  const mb = bytes / 1_000_000;
  return mb >= 1 ? `${mb.toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1000))} kB`;
}

function shownDay(at: number): string {
  return `${new Date(at).toISOString().slice(0, 10)} (UTC)`;
}

/** A name with line ends or marks that turn its direction would show another file than it names (A55, A56). */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim() || 'file';
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
