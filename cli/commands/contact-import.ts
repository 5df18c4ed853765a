import { readVCard, splitVCards, VCardError } from '../../codecs/vcard/index.ts';
import { cardFromVCard } from '../../core/contacts/vcard/index.ts';
import { MAX_PHOTO, photoType } from '../../core/people/photo.ts';
import { photoOf, sharedContactOf } from '../../core/people/shared-contact.ts';
import type { SharedContactView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, defineCommand } from '../command.ts';
import { readNamed } from '../files.ts';
import { withLocalServer } from '../local/connect.ts';
import { contactPath } from './contact-add.ts';
import { tenantOf } from './tenant-of.ts';

interface Skipped {
  /** Which card of the file, from 1. */
  card: number;
  reason: string;
}

export const contactImport = defineCommand({
  name: 'contact import',
  summary: 'add the cards of a vCard file to the address list as shared contacts',
  details: 'Cards without an e-mail address are left out. Doing it again changes what is there.',
  positionals: [
    { name: 'domain', help: 'a domain of the tenant' },
    { name: 'file', help: 'vCards 2.1, 3.0 or 4.0' },
  ],
  flags: {},
  examples: ['waypost contact import example.test partners.vcf'],
  async run({ args: [domain = '', file = ''], out }) {
    const bytes = await readNamed(file);
    const { added, skipped } = await withLocalServer(async ({ admin }) =>
      importCards(admin, await tenantOf(admin, domain), bytes),
    );
    out.result({ added, skipped }, () => {
      out.line(`${added} contacts are in the address list of ${domain}.`);
      for (const { card, reason } of skipped) out.line(`Card ${card} is left out: ${reason}`);
    });
  },
});

async function importCards(
  admin: AdminClient,
  tenantId: string,
  bytes: Uint8Array,
): Promise<{ added: number; skipped: Skipped[] }> {
  const skipped: Skipped[] = [];
  let added = 0;
  let card = 0;
  for await (const one of splitVCards([bytes])) {
    card++;
    const reason = one.error?.message ?? (await importCard(admin, tenantId, one.bytes ?? new Uint8Array()));
    if (reason === null) added++;
    else skipped.push({ card, reason });
  }
  return { added, skipped };
}

/** null when it is there now, else why not. */
async function importCard(admin: AdminClient, tenantId: string, bytes: Uint8Array): Promise<string | null> {
  try {
    const { card } = cardFromVCard(readVCard(bytes), { uid: '-', now: new Date().toISOString() });
    const contact = sharedContactOf(card);
    if (contact === null) return 'it has no e-mail address';
    const { address, hidden: _hidden, ...texts } = contact;
    const fields = Object.entries(texts).map(([field, text]) => [field, [...text].slice(0, 200).join('')]);
    const path = contactPath(tenantId, address);
    await admin.put<SharedContactView>(path, Object.fromEntries(fields));
    const photo = photoOf(card);
    const isImage = photo !== null && photo.length <= MAX_PHOTO && photoType(photo) !== null;
    if (isImage) await admin.putBytes(`${path}/photo`, photo);
    return null;
  } catch (error) {
    if (error instanceof VCardError || error instanceof CommandError) return error.message;
    throw error;
  }
}
