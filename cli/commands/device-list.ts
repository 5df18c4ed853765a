import type { DeviceView, Page } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shortTime } from '../output.ts';

export const deviceList = defineCommand({
  name: 'device list',
  summary: 'list the devices of a user',
  positionals: [{ name: 'address', help: 'address of the user' }],
  flags: {},
  async run({ args: [address = ''], out }) {
    const { items } = await withLocalServer(({ admin }) =>
      admin.get<Page<DeviceView>>(`/users/${encodeURIComponent(address)}/devices`),
    );
    out.result(items, () => {
      out.table(
        ['device', 'type', 'model', 'version', 'last seen', 'access', 'policy', 'wipe'],
        items.map((d) => [
          d.deviceId,
          d.deviceType,
          d.information.friendlyName ?? d.information.model ?? '-',
          d.protocolVersion,
          shortTime(d.lastSeenAt),
          d.effectiveAccess,
          d.policy.state,
          wipeState(d),
        ]),
        `${address} has no devices.`,
      );
    });
  },
});

/** What is known of the wipe of a device, in a few words. */
function wipeState({ wipe, wiped }: Pick<DeviceView, 'wipe' | 'wiped'>): string {
  if (wipe !== null) {
    const what = wipe.kind === 'account' ? 'account ' : '';
    if (wipe.failedAt !== null) return `${what}failed ${shortTime(wipe.failedAt)}`;
    return wipe.sentAt === null ? `${what}requested` : `${what}sent ${shortTime(wipe.sentAt)}`;
  }
  return wiped === null ? '-' : `${wiped.kind === 'account' ? 'account ' : ''}done ${shortTime(wiped.at)}`;
}
