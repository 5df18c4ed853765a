import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { CalendarDocument } from '../../core/calendar/anchor.ts';
import { writeICal } from '../../core/calendar/ical/write.ts';
import type { CalendarTask } from '../../core/calendar/types.ts';
import type { Card } from '../../core/contacts/types.ts';
import { cardToVCard } from '../../core/contacts/vcard/index.ts';
import { taskForICal } from '../../core/tasks/ical.ts';
import type { TransferObject } from '../../shared/admin-api.ts';
import { readLines } from './files.ts';
import { SUFFIX, type TakeoutFolder } from './layout.ts';

/**
 * Writes what other programs read beside the documents: an address book as vCards, calendars and lists of tasks as
 * iCalendar. Names of the files.
 */
export async function writeStandards(
  dir: string,
  folders: readonly TakeoutFolder[],
  sizes: Readonly<Record<string, number>>,
): Promise<string[]> {
  const written: string[] = [];
  for (const { path, itemClass, displayName } of folders) {
    if (sizes[path + SUFFIX.items] === undefined) continue;
    const items = join(dir, path + SUFFIX.items);
    const file = `${path}${itemClass === 'Contacts' ? '.vcf' : '.ics'}`;
    if (itemClass === 'Contacts') await writeText(join(dir, file), cards(items));
    else if (itemClass === 'Calendar' || itemClass === 'Tasks') {
      await writeText(join(dir, file), [await calendar(items, displayName)]);
    } else continue;
    written.push(file);
  }
  return written;
}

async function writeText(path: string, pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const handle = await open(path, 'w');
  try {
    for await (const piece of pieces) await handle.write(piece);
  } finally {
    await handle.close();
  }
}

async function* cards(path: string): AsyncGenerator<string> {
  for await (const value of readLines(path)) {
    const { kind, document } = value as unknown as TransferObject;
    if (kind === 'contact') yield cardToVCard(document as Card, '4.0');
  }
}

/** In one piece: zones are defined once for all of it. */
async function calendar(path: string, name: string): Promise<string> {
  const documents: CalendarDocument[] = [];
  for await (const value of readLines(path)) {
    const { kind, document } = value as unknown as TransferObject;
    if (kind === 'event') documents.push(document as CalendarDocument);
    if (kind === 'task') documents.push(taskForICal(document as CalendarTask));
  }
  return writeICal(documents, { name, ownCopy: true });
}
