import { child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { WipeKind } from '../../../core/policy/types.ts';

export interface ProvisionRequest {
  /** The Set element of DeviceInformation. */
  information: WbxmlElement | null;
  policy: {
    type: string;
    /** Present in an acknowledgement only. */
    key: string | null;
    status: string | null;
  } | null;
  /** What became of a wipe (MS-ASPROV 2.2.2.54.3). */
  wipe: { kind: WipeKind; done: boolean } | null;
}

const EMPTY: ProvisionRequest = { information: null, policy: null, wipe: null };

/** Status stands beside RemoteWipe in what some iPhones send. */
const KNOWN = new Set([
  'Settings:DeviceInformation',
  'Provision:Policies',
  'Provision:RemoteWipe',
  'Provision:AccountOnlyRemoteWipe',
  'Provision:Status',
]);

/** A Provision request (MS-ASPROV 2.2.2.44), or null when it is malformed. Without a document it is an empty one. */
export function parseProvision(root: WbxmlElement | null): ProvisionRequest | null {
  if (root === null) return EMPTY;
  if (root.tag !== 'Provision:Provision' || root.children.some((c) => !KNOWN.has(c.tag))) return null;
  const information = child(root, 'Settings:DeviceInformation');
  const set = child(information, 'Settings:Set');
  const policy = parsePolicy(child(root, 'Provision:Policies'));
  if ((information !== undefined && set === undefined) || policy === undefined) return null;
  return { information: set ?? null, policy, wipe: parseWipe(root) };
}

/** null when there is none, undefined when it is malformed: a policy has a type (MS-ASCMD 4.14.1). */
function parsePolicy(policies: WbxmlElement | undefined): ProvisionRequest['policy'] | undefined {
  if (policies === undefined) return null;
  const [policy, ...more] = children(policies, 'Provision:Policy');
  const type = textOf(policy, 'Provision:PolicyType');
  if (policy === undefined || more.length > 0 || type === undefined || type === '') return undefined;
  return {
    type,
    key: textOf(policy, 'Provision:PolicyKey') ?? null,
    status: textOf(policy, 'Provision:Status') ?? null,
  };
}

function parseWipe(root: WbxmlElement): ProvisionRequest['wipe'] {
  const whole = child(root, 'Provision:RemoteWipe');
  const answer = whole ?? child(root, 'Provision:AccountOnlyRemoteWipe');
  if (answer === undefined) return null;
  // Only a clear yes counts as wiped.
  return {
    kind: whole === undefined ? 'account' : 'device',
    done: textOf(answer, 'Provision:Status')?.trim() === '1',
  };
}
