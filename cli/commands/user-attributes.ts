import type { PersonView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { ENTRY_FIELDS, entryChange, entryTexts, visibilityFlags } from './entry-flags.ts';

export const userAttributes = defineCommand({
  name: 'user attributes',
  summary: 'show or set what the address list tells of a user',
  details: 'Without flags they are only shown. An empty text takes one away; what is not named stays.',
  positionals: [{ name: 'address', help: 'the user' }],
  flags: {
    ...entryTexts,
    ...visibilityFlags('the user'),
  },
  examples: ['waypost user attributes ann@example.test --title "Head of Sales" --office "Building 7"'],
  async run({ args: [address = ''], flags, out }) {
    const change = entryChange(flags, 'user attributes');
    const path = `/users/${encodeURIComponent(address)}/attributes`;
    const person = await withLocalServer(({ admin }) =>
      Object.keys(change).length === 0 ? admin.get<PersonView>(path) : admin.put<PersonView>(path, change),
    );
    out.result(person, () => {
      for (const [flag, field] of Object.entries(ENTRY_FIELDS)) {
        if (person[field] !== '') out.line(`${flag.padEnd(13)} ${person[field]}`);
      }
      const photo = person.photo === null ? 'none' : `${person.photo.mediaType}, ${person.photo.size} bytes`;
      out.line(`${'photo'.padEnd(13)} ${photo}`);
      out.line(`${'address list'.padEnd(13)} ${person.hidden ? 'hidden' : 'shown'}`);
    });
  },
});
