import type { SetSharedContact, SharedContactView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { readNamed } from '../files.ts';
import { withLocalServer } from '../local/connect.ts';
import { tenantOf } from './tenant-of.ts';

const text = (help: string) => ({ type: 'string', value: 'TEXT', help }) as const;

/** Flags with a text, by the field that they set. */
const FIELDS = {
  name: 'displayName',
  'first-name': 'firstName',
  'last-name': 'lastName',
  title: 'title',
  office: 'office',
  company: 'company',
  phone: 'phone',
  'home-phone': 'homePhone',
  'mobile-phone': 'mobilePhone',
} as const;

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
    name: text('name as people read it'),
    'first-name': text('first name'),
    'last-name': text('last name'),
    title: text('job title'),
    office: text('office or building'),
    company: text('company'),
    phone: text('phone at work'),
    'home-phone': text('phone at home'),
    'mobile-phone': text('mobile phone'),
    photo: { type: 'string', value: 'FILE', help: 'JPEG or PNG of at most 500 KB' },
    hide: { type: 'boolean', help: 'keep it out of the address list' },
    show: { type: 'boolean', help: 'put it into the address list again' },
  },
  examples: ['waypost contact add example.test zoe@partner.test --name "Zoe Roe" --company Partner'],
  async run({ args: [domain = '', address = ''], flags, out }) {
    if (flags.hide && flags.show) throw new UsageError('give either --hide or --show', 'contact add');
    const change: SetSharedContact = {};
    for (const [flag, field] of Object.entries(FIELDS) as [keyof typeof FIELDS, keyof SetSharedContact][]) {
      const value = flags[flag];
      if (value !== undefined) Object.assign(change, { [field]: value });
    }
    if (flags.hide || flags.show) change.hidden = flags.hide;
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
