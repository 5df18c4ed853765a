import type { ResourceView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import type { Output } from '../output.ts';

export const resourceShow = defineCommand({
  name: 'resource show',
  summary: 'show whether a user is a room or equipment, and what it accepts by itself',
  positionals: [{ name: 'address', help: 'the user' }],
  flags: {},
  async run({ args: [address = ''], out }) {
    const view = await withLocalServer(({ admin }) =>
      admin.get<ResourceView>(`/users/${encodeURIComponent(address)}/resource`),
    );
    out.result(view, () => showResource(out, view));
  },
});

export function showResource(out: Output, { address, resource }: ResourceView): void {
  if (resource === null) {
    out.line(`${address} is no resource`);
    return;
  }
  const { kind, autoAccept, allowConflicts, maxMinutes, windowDays } = resource;
  out.line(`${'kind'.padEnd(15)} ${kind}`);
  out.line(`${'auto-accept'.padEnd(15)} ${autoAccept ? 'on' : 'off'}`);
  out.line(`${'conflicts'.padEnd(15)} ${allowConflicts ? 'allowed' : 'declined'}`);
  out.line(`${'longest'.padEnd(15)} ${maxMinutes === null ? 'no limit' : `${maxMinutes} minutes`}`);
  out.line(`${'window'.padEnd(15)} ${windowDays === null ? 'no limit' : `${windowDays} days`}`);
}
