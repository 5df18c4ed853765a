import type { CarrierView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { carrierPath, relayDomain, showCarrier } from './relay-path.ts';

export const relayShow = defineCommand({
  name: 'relay show',
  summary: 'show the way of a tenant’s mail to other hosts',
  positionals: [relayDomain],
  flags: {},
  async run({ args: [domain = ''], out }) {
    const view = await withLocalServer(async ({ admin }) =>
      admin.get<CarrierView>(await carrierPath(admin, domain)),
    );
    out.result(view, () => showCarrier(out, domain, view));
  },
});
