import { child, el, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { ActiveSyncClient } from '../client.ts';
import { EasError, must, StatusError } from '../errors.ts';

export interface DeviceInformation {
  model: string;
  friendlyName: string;
  os: string;
  userAgent: string;
}

const POLICY_TYPE = 'MS-EAS-Provisioning-WBXML';
const RULE = 'MS-ASPROV 3.1.5.1';
/** Status of a Policy that says that none applies (MS-ASPROV 2.2.2.54.2). */
const NO_POLICY = 2;

/**
 * The whole dance (MS-ASPROV 4): ask for the policy, acknowledge it, keep the final key in the client.
 * Resolves with the EASProvisionDoc, or null when no policy applies.
 */
export async function provision(
  client: ActiveSyncClient,
  device: DeviceInformation,
): Promise<WbxmlElement | null> {
  const first = await ask(client, device);
  if (first.status === NO_POLICY) {
    must(first.key === null, 'MS-ASPROV 2.2.2.42', 'a PolicyKey although no policy applies');
    return null;
  }
  if (first.status !== 1) throw new StatusError('Provision', first.status);
  must(first.key !== null && first.key !== 0, 'MS-ASPROV 2.2.2.42', 'the first phase brings no PolicyKey');
  must(first.data !== undefined, RULE, 'the first phase brings no policy');
  client.policyKey = first.key;
  const final = await acknowledge(client, first.key);
  must(final.status === 1, RULE, `the acknowledgement is answered with Status ${final.status}`);
  must(final.key !== null && final.key !== 0, 'MS-ASPROV 2.2.2.42', 'the second phase brings no PolicyKey');
  must(final.key !== first.key, RULE, 'the final PolicyKey is the temporary one');
  must(final.data === undefined, RULE, 'the second phase brings the policy again');
  client.policyKey = final.key;
  return first.data;
}

interface PolicyReply {
  status: number;
  key: number | null;
  data: WbxmlElement | undefined;
}

function ask(client: ActiveSyncClient, device: DeviceInformation): Promise<PolicyReply> {
  const information = el(
    'Settings:DeviceInformation',
    el(
      'Settings:Set',
      el('Settings:Model', device.model),
      el('Settings:FriendlyName', device.friendlyName),
      el('Settings:OS', device.os),
      el('Settings:UserAgent', device.userAgent),
    ),
  );
  return send(
    client,
    // MS-ASPROV 2.2.2.53: since 14.1 the device describes itself here, before that by Settings.
    Number(client.version) >= 14.1 ? information : null,
    el('Provision:Policy', el('Provision:PolicyType', POLICY_TYPE)),
  );
}

function acknowledge(client: ActiveSyncClient, key: number): Promise<PolicyReply> {
  return send(
    client,
    null,
    el(
      'Provision:Policy',
      el('Provision:PolicyType', POLICY_TYPE),
      el('Provision:PolicyKey', String(key)),
      el('Provision:Status', 1),
    ),
  );
}

async function send(
  client: ActiveSyncClient,
  information: ReturnType<typeof el> | null,
  policy: ReturnType<typeof el>,
): Promise<PolicyReply> {
  const { document } = await client.request(
    'Provision',
    el('Provision:Provision', information, el('Provision:Policies', policy)),
  );
  const root = document ?? undefined;
  const top = Number(textOf(root, 'Provision:Status'));
  must(top >= 1, 'MS-ASPROV 2.2.2.54.1', 'Provision without a Status at the top');
  if (top !== 1) throw new StatusError('Provision', top);
  if (information !== null) {
    const status = textOf(child(root, 'Settings:DeviceInformation'), 'Settings:Status');
    must(status === '1', 'MS-ASPROV 2.2.2.53', `DeviceInformation is answered with Status ${status}`);
  }
  // MS-ASPROV 3.1.5.1.2: this client keeps nothing that it could erase, and does not claim that it did.
  if (child(root, 'Provision:RemoteWipe') ?? child(root, 'Provision:AccountOnlyRemoteWipe')) {
    throw new EasError('the server tells this device to erase itself');
  }
  const answered = child(child(root, 'Provision:Policies'), 'Provision:Policy');
  must(answered !== undefined, RULE, 'Provision without Policy');
  must(textOf(answered, 'Provision:PolicyType') === POLICY_TYPE, RULE, 'another PolicyType than asked for');
  const status = textOf(answered, 'Provision:Status');
  must(status !== undefined, 'MS-ASPROV 2.2.2.54.2', 'a Policy without Status');
  const key = textOf(answered, 'Provision:PolicyKey');
  return {
    status: Number(status),
    key: key === undefined ? null : Number(key),
    data: child(child(answered, 'Provision:Data'), 'Provision:EASProvisionDoc'),
  };
}
