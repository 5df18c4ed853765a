import { child, el, textOf } from '../../../codecs/wbxml/index.ts';
import type { EasContext } from '../context.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { STATUS } from '../status.ts';

const WBXML_POLICY = 'MS-EAS-Provisioning-WBXML';

/** Provision (MS-ASPROV 2.2). No tenant has a policy yet: the device is told so and goes on without a key. */
export async function provision(context: EasContext): Promise<Reply> {
  const root = context.body ?? undefined;
  if (root?.tag !== 'Provision:Provision') {
    return wbxml(el('Provision:Provision', el('Provision:Status', STATUS.provision.protocol)));
  }
  const device = child(root, 'Settings:DeviceInformation');
  const policy = child(child(root, 'Provision:Policies'), 'Provision:Policy');
  const type = textOf(policy, 'Provision:PolicyType');
  return wbxml(
    el(
      'Provision:Provision',
      device === undefined ? null : el('Settings:DeviceInformation', el('Settings:Status', 1)),
      el('Provision:Status', STATUS.provision.ok),
      policy === undefined
        ? null
        : el(
            'Provision:Policies',
            el(
              'Provision:Policy',
              el('Provision:PolicyType', type ?? WBXML_POLICY),
              el('Provision:Status', type === WBXML_POLICY ? STATUS.policy.none : STATUS.policy.unknownType),
            ),
          ),
    ),
  );
}
