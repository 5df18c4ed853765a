import type { CarrierTestView } from '../../shared/admin-api.ts';
import { CommandError, defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable } from '../output.ts';
import { carrierPath, relayDomain } from './relay-path.ts';

export const relayTest = defineCommand({
  name: 'relay test',
  summary: 'connect to a tenant’s relay and sign in, without sending anything',
  details: 'Prints what was said, C for us and S for the relay. Credentials are shown as ***.',
  positionals: [relayDomain],
  flags: {},
  async run({ args: [domain = ''], out }) {
    const test = await withLocalServer(async ({ admin }) =>
      admin.post<CarrierTestView>(`${await carrierPath(admin, domain)}/test`),
    );
    out.result(test, () => {
      for (const { who, line } of test.transcript) {
        out.line(`${who === 'client' ? 'C' : 'S'}: ${printable(line)}`);
      }
      if (!test.ok) return;
      const { size, ...extensions } = test.capabilities;
      const known = Object.entries(extensions).flatMap(([name, has]) => (has ? [name] : []));
      out.line(`\nIt works${test.encrypted ? ', with TLS' : ', without TLS'}.`);
      out.line(
        `The relay knows ${known.join(', ') || 'no extension'}${size === null ? '' : `; at most ${size} bytes`}.`,
      );
    });
    if (!test.ok) throw new CommandError(`the relay cannot be used: ${test.error}`);
  },
});
