import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Card } from '../../core/contacts/types.ts';
import { cardToVCard } from '../../core/contacts/vcard/index.ts';
import type { TransferObject } from '../../shared/admin-api.ts';
import { readLines } from './files.ts';
import { SUFFIX, type TakeoutFolder } from './layout.ts';

/**
 * Writes what other programs read beside the documents: an address book as vCards. Names of the files. What cannot be
 * written in the standard's form stays in the list of documents alone.
 */
export async function writeStandards(
  dir: string,
  folders: readonly TakeoutFolder[],
  sizes: Readonly<Record<string, number>>,
): Promise<string[]> {
  const written: string[] = [];
  for (const { path, itemClass } of folders) {
    if (sizes[path + SUFFIX.items] === undefined) continue;
    if (itemClass !== 'Contacts') continue;
    await writeText(join(dir, `${path}.vcf`), cards(join(dir, path + SUFFIX.items)));
    written.push(`${path}.vcf`);
  }
  return written;
}

async function writeText(path: string, pieces: AsyncIterable<string>): Promise<void> {
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
