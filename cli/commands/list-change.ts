import type { ChangeSenderLists, SenderListsView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { showLists } from './list-show.ts';
import { senderPath, senderScope } from './sender-path.ts';

const DETAILS =
  'An entry is an address, a domain (with all below it), an IP address or a range of them (192.0.2.0/24).\n' +
  'Several entries have commas between them. An entry of one list leaves the other.';

function changing(verb: keyof ChangeSenderLists, summary: string, more: string) {
  return defineCommand({
    name: `list ${verb}`,
    summary,
    details: `${DETAILS}\n${more}`,
    positionals: [senderScope, { name: 'senders', help: 'one entry, or several with commas between' }],
    flags: {},
    examples: [
      `waypost list ${verb} example.test shop.example`,
      `waypost list ${verb} ann@example.test bob@shop.example`,
    ],
    async run({ args: [scope = '', senders = ''], out }) {
      const entries = senders.split(',').map((one) => one.trim());
      const lists = await withLocalServer(async ({ admin }) =>
        admin.patch<SenderListsView>(await senderPath(admin, scope), { [verb]: entries }),
      );
      out.result(lists, () => showLists(out, scope, lists));
    },
  });
}

export const listAllow = changing(
  'allow',
  'keep mail of a sender out of Junk',
  'It counts only where DMARC, DKIM or SPF prove the sender, or for an IP address.',
);
export const listBlock = changing(
  'block',
  'send mail of a sender to Junk',
  'A block counts before everything else.',
);
export const listRemove = changing('remove', 'take a sender off both lists', '');
