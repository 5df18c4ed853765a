import type { PersonView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { readNamed } from '../files.ts';
import { withLocalServer } from '../local/connect.ts';

export const userPhoto = defineCommand({
  name: 'user photo',
  summary: "set or remove a user's photo",
  details: 'JPEG or PNG of at most 500 KB. Phones are sent photos of at most 100 KB.',
  positionals: [
    { name: 'address', help: 'the user' },
    { name: 'file', help: 'the image', optional: true },
  ],
  flags: { remove: { type: 'boolean', help: 'take the photo away' } },
  examples: ['waypost user photo ann@example.test ann.jpg', 'waypost user photo ann@example.test --remove'],
  async run({ args: [address = '', file = ''], flags, out }) {
    if ((file === '') !== flags.remove) throw new UsageError('give either a file or --remove', 'user photo');
    const path = `/users/${encodeURIComponent(address)}/photo`;
    const bytes = flags.remove ? null : await readNamed(file);
    const photo = await withLocalServer(async ({ admin }) => {
      if (bytes !== null) return (await admin.putBytes<PersonView>(path, bytes)).photo;
      await admin.delete(path);
      return null;
    });
    out.result({ address, photo }, () => {
      out.line(
        photo === null ? 'The photo is removed.' : `Photo set: ${photo.mediaType}, ${photo.size} bytes.`,
      );
    });
  },
});
