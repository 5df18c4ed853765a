import type { Page, SendGrantView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const userGrantSend = defineCommand({
  name: 'user grant-send',
  summary: 'show or set who may send as, or on behalf of, a user',
  positionals: [
    { name: 'owner', help: 'address of the user in whose name is sent' },
    { name: 'grantee', help: 'address of the user who may', optional: true },
  ],
  flags: {
    kind: {
      type: 'string',
      value: 'KIND',
      help: 'as: nobody sees who sent it (the default); behalf: the sender is named; none',
    },
  },
  examples: [
    'waypost user grant-send boss@example.test',
    'waypost user grant-send boss@example.test ann@example.test --kind behalf',
  ],
  async run({ args: [owner = '', grantee = ''], flags, out }) {
    const kind = flags.kind ?? 'as';
    if (kind !== 'as' && kind !== 'behalf' && kind !== 'none')
      throw new UsageError(`"${kind}" is not as, behalf or none`, 'user grant-send');
    if (grantee === '' && flags.kind !== undefined)
      throw new UsageError('missing <grantee>', 'user grant-send');
    const grants = `/users/${encodeURIComponent(owner)}/send-grants`;
    const { items } = await withLocalServer(async ({ admin }) => {
      const one = `${grants}/${encodeURIComponent(grantee)}`;
      if (grantee !== '' && kind === 'none') await admin.delete(one);
      return grantee === '' || kind === 'none'
        ? admin.get<Page<SendGrantView>>(grants)
        : admin.put<Page<SendGrantView>>(one, { kind });
    });
    out.result(items, () =>
      out.table(
        ['who', 'may send'],
        items.map((g) => [g.grantee, g.kind === 'as' ? `as ${g.owner}` : `on behalf of ${g.owner}`]),
        `Nobody else sends as ${owner}.`,
      ),
    );
  },
});
