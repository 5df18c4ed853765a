import type { EasFolder, Email } from '../activesync-client/index.ts';
import { bytes, displayWidth, type Output, printable, shorten, shortTime } from '../output.ts';

/** MS-ASCMD 2.2.3.186.3 */
const FOLDER_TYPES: Record<number, string> = {
  1: 'folder',
  2: 'Inbox',
  3: 'Drafts',
  4: 'Deleted Items',
  5: 'Sent Items',
  6: 'Outbox',
  7: 'Tasks',
  8: 'Calendar',
  9: 'Contacts',
  10: 'Notes',
  11: 'Journal',
  12: 'mail folder',
  13: 'calendar folder',
  14: 'contacts folder',
  15: 'tasks folder',
  16: 'journal folder',
  17: 'notes folder',
  18: 'unknown',
  19: 'recipient cache',
};

export function folderTypeName(type: number): string {
  return FOLDER_TYPES[type] ?? `type ${type}`;
}

/** The folder tree, children indented below their parents. */
export function showFolders(out: Output, folders: EasFolder[]): void {
  const rows: string[][] = [];
  const add = (parentId: string, depth: number) => {
    for (const f of folders.filter((f) => f.parentId === parentId)) {
      rows.push([`${'  '.repeat(depth)}${f.displayName}`, folderTypeName(f.type), f.serverId]);
      add(f.serverId, depth + 1);
    }
  };
  add('0', 0);
  out.table(['folder', 'kind', 'id'], rows, 'The server has no folders.');
}

/** Text of a body for one line: the preview when the server made one, otherwise the beginning of the text. */
export function previewOf({ body }: Email): string {
  if (body === null) return '';
  if (body.preview !== null) return body.preview;
  return body.type === 1 && body.data !== null ? Buffer.from(body.data).toString('utf8').trim() : '';
}

/** The name of a person, or the address when there is no name. */
export function personOf(field: string): string {
  const match = /^\s*"?([^"<]*?)"?\s*<([^>]*)>/.exec(field);
  return match === null ? field : match[1] || (match[2] ?? '');
}

const SENDER_WIDTH = 24;

/** One message in two or three lines: mark of unread, date, sender, subject; preview; attachments. */
export function showMessage(out: Output, email: Email, width = process.stdout.columns || 110): void {
  const sender = shorten(printable(personOf(email.from)) || '(no sender)', SENDER_WIDTH);
  const padded = sender + ' '.repeat(SENDER_WIDTH - displayWidth(sender));
  const when = email.dateReceived === null ? ' '.repeat(16) : shortTime(email.dateReceived.getTime());
  const head = `${email.read ? ' ' : '*'} ${when}  ${padded}  `;
  out.line(
    head + shorten(printable(email.subject) || '(no subject)', Math.max(20, width - displayWidth(head))),
  );
  const indent = ' '.repeat(20);
  const preview = printable(previewOf(email)).replace(/\s+/g, ' ').trim();
  if (preview !== '') out.line(indent + shorten(preview, Math.max(20, width - indent.length)));
  const files = email.attachments.filter((a) => !a.isInline);
  if (files.length > 0) {
    const names = files.map((a) => `${printable(a.displayName) || 'unnamed'} (${bytes(a.size)})`).join(', ');
    out.line(`${indent}+ ${shorten(names, Math.max(20, width - indent.length - 2))}`);
  }
}

/** A message for scripts. */
export function messageJson(serverId: string, email: Email) {
  return {
    serverId,
    from: email.from,
    to: email.to,
    subject: email.subject,
    dateReceived: email.dateReceived?.toISOString() ?? null,
    read: email.read,
    preview: previewOf(email),
    attachments: email.attachments.map(({ displayName, size, isInline }) => ({
      displayName,
      size,
      isInline,
    })),
  };
}
