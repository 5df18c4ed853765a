import type { PersonView, SetPerson } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

const text = (help: string) => ({ type: 'string', value: 'TEXT', help }) as const;

/** Flags with a text, by the field that they set. */
const FIELDS = {
  'first-name': 'firstName',
  'last-name': 'lastName',
  title: 'title',
  office: 'office',
  company: 'company',
  phone: 'phone',
  'home-phone': 'homePhone',
  'mobile-phone': 'mobilePhone',
} as const;

export const userAttributes = defineCommand({
  name: 'user attributes',
  summary: 'show or set what the address list tells of a user',
  details: 'Without flags they are only shown. An empty text takes one away; what is not named stays.',
  positionals: [{ name: 'address', help: 'the user' }],
  flags: {
    'first-name': text('first name'),
    'last-name': text('last name'),
    title: text('job title'),
    office: text('office or building'),
    company: text('company'),
    phone: text('phone at work'),
    'home-phone': text('phone at home'),
    'mobile-phone': text('mobile phone'),
    hide: { type: 'boolean', help: 'keep the user out of the address list' },
    show: { type: 'boolean', help: 'put the user into the address list again' },
  },
  examples: ['waypost user attributes ann@example.test --title "Head of Sales" --office "Building 7"'],
  async run({ args: [address = ''], flags, out }) {
    if (flags.hide && flags.show) throw new UsageError('give either --hide or --show', 'user attributes');
    const change: SetPerson = {};
    for (const [flag, field] of Object.entries(FIELDS) as [keyof typeof FIELDS, keyof SetPerson][]) {
      const value = flags[flag];
      if (value !== undefined) Object.assign(change, { [field]: value });
    }
    if (flags.hide || flags.show) change.hidden = flags.hide;
    const path = `/users/${encodeURIComponent(address)}/attributes`;
    const person = await withLocalServer(({ admin }) =>
      Object.keys(change).length === 0 ? admin.get<PersonView>(path) : admin.put<PersonView>(path, change),
    );
    out.result(person, () => {
      for (const [flag, field] of Object.entries(FIELDS)) {
        if (person[field] !== '') out.line(`${flag.padEnd(13)} ${person[field]}`);
      }
      const photo = person.photo === null ? 'none' : `${person.photo.mediaType}, ${person.photo.size} bytes`;
      out.line(`${'photo'.padEnd(13)} ${photo}`);
      out.line(`${'address list'.padEnd(13)} ${person.hidden ? 'hidden' : 'shown'}`);
    });
  },
});
