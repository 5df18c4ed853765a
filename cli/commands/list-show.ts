import type { SenderListsView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { type Output, printable } from '../output.ts';
import { senderPath, senderScope } from './sender-path.ts';

export const listShow = defineCommand({
  name: 'list show',
  summary: 'show the senders that a tenant or user allows and blocks',
  positionals: [senderScope],
  flags: {},
  examples: ['waypost list show example.test', 'waypost list show ann@example.test --json'],
  async run({ args: [scope = ''], out }) {
    const lists = await withLocalServer(async ({ admin }) =>
      admin.get<SenderListsView>(await senderPath(admin, scope)),
    );
    out.result(lists, () => showLists(out, scope, lists));
  },
});

export function showLists(out: Output, scope: string, { allow, block }: SenderListsView): void {
  for (const [verb, entries] of [
    ['allow', allow],
    ['block', block],
  ] as const) {
    for (const entry of entries) out.line(`${verb}  ${printable(entry)}`);
  }
  if (allow.length + block.length === 0) out.line(`${scope} allows and blocks nobody.`);
}
