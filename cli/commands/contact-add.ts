import type { SetSharedContact, SharedContactView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { readNamed } from '../files.ts';
import { withLocalServer } from '../local/connect.ts';
import { entryChange, entryTexts, visibilityFlags } from './entry-flags.ts';
import { tenantOf } from './tenant-of.ts';

export const contactAdd = defineCommand({
  name: 'contact add',
  summary: 'add a shared contact to the address list, or change it',
  details:
    'Somebody outside whom everybody of the tenant finds. Of one that is there, what is not named stays.',
  positionals: [
    { name: 'domain', help: 'a domain of the tenant' },
    { name: 'address', help: 'of the contact, anywhere' },
  ],
  flags: {
    name: { type: 'string', value: 'TEXT', help: 'name as people read it' },
    ...entryTexts,
    photo: { type: 'string', value: 'FILE', help: 'JPEG or PNG of at most 500 KB' },
    ...visibilityFlags('it'),
  },
  examples: ['waypost contact add example.test zoe@partner.test --name "Zoe Roe" --company Partner'],
  async run({ args: [domain = '', address = ''], flags, out }) {
    const change: SetSharedContact = {
      ...(flags.name === undefined ? {} : { displayName: flags.name }),
      ...entryChange(flags, 'contact add'),
    };
    const photo = flags.photo === undefined ? null : await readNamed(flags.photo);
    const contact = await withLocalServer(async ({ admin }) => {
      const path = contactPath(await tenantOf(admin, domain), address);
      const put = await admin.put<SharedContactView>(path, change);
      return photo === null ? put : admin.putBytes<SharedContactView>(`${path}/photo`, photo);
    });
    out.result(contact, () => out.line(`${contact.address} is in the address list of ${domain}.`));
  },
});

export function contactPath(tenantId: string, address: string): string {
  return `/tenants/${encodeURIComponent(tenantId)}/contacts/${encodeURIComponent(address)}`;
}
