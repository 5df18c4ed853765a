import type { CertificateView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { readCertificate } from '../files.ts';
import { withLocalServer } from '../local/connect.ts';
import { shortTime } from '../output.ts';
import { listed } from '../paging.ts';

export const userCertificate = defineCommand({
  name: 'user certificate',
  summary: "list, add or remove a user's S/MIME certificates",
  details:
    'Others who write to the user get them from ResolveRecipients, to encrypt with. Without a file they are listed.',
  positionals: [
    { name: 'address', help: 'the user' },
    { name: 'file', help: 'a certificate to add, PEM or DER', optional: true },
  ],
  flags: { remove: { type: 'string', value: 'FINGERPRINT', help: 'take this one away' } },
  examples: ['waypost user certificate ann@example.test ann.pem'],
  async run({ args: [address = '', file = ''], flags, out }) {
    if (file !== '' && flags.remove !== undefined)
      throw new UsageError('give either a file or --remove', 'user certificate');
    const path = `/users/${encodeURIComponent(address)}/certificates`;
    const certificate = file === '' ? null : await readCertificate(file);
    const items = await withLocalServer(async ({ admin }) => {
      if (certificate !== null) await admin.post<CertificateView>(path, { certificate });
      if (flags.remove !== undefined) await admin.delete(`${path}/${encodeURIComponent(flags.remove)}`);
      return listed<CertificateView>(admin, path);
    });
    out.result(items, () => {
      out.table(
        ['subject', 'expires', 'fingerprint'],
        items.map((c) => [c.subject.replaceAll('\n', ', '), shortTime(c.notAfter), c.fingerprint]),
        'The user has no certificates.',
      );
    });
  },
});
