import { defineCommand } from '../command.ts';
import { readCertificate } from '../files.ts';
import { withLocalServer } from '../local/connect.ts';
import { listRoots, rootsPath, showRoots } from '../trusted-roots.ts';

export const trustAdd = defineCommand({
  name: 'trust add',
  summary: 'trust a certification authority for S/MIME',
  details: 'ValidateCert calls only those certificates good that lead to such an authority.',
  positionals: [
    { name: 'domain', help: 'a domain of the tenant' },
    { name: 'file', help: 'certificate of the authority, PEM or DER' },
  ],
  flags: {},
  examples: ['waypost trust add example.test company-root.pem'],
  async run({ args: [domain = '', file = ''], out }) {
    const certificate = await readCertificate(file);
    const items = await withLocalServer(async ({ admin }) => {
      const path = await rootsPath(admin, domain);
      await admin.post(path, { certificate });
      return listRoots(admin, path);
    });
    showRoots(out, items);
  },
});
