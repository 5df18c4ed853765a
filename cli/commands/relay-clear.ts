import type { CarrierView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { carrierPath, relayDomain, showCarrier } from './relay-path.ts';

export const relayClear = defineCommand({
  name: 'relay clear',
  summary: 'forget a tenant’s way to other hosts: that of the installation counts again',
  positionals: [relayDomain],
  flags: {},
  async run({ args: [domain = ''], out }) {
    const view = await withLocalServer(async ({ admin }) => {
      const path = await carrierPath(admin, domain);
      await admin.delete(path);
      return admin.get<CarrierView>(path);
    });
    out.result(view, () => showCarrier(out, domain, view));
  },
});
