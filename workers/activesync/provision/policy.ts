import type { WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { newPolicyKey, parsePolicyKey } from '../../../core/policy/keys.ts';
import { OPEN_POLICY, type PolicyCompliance, type PolicyTerms } from '../../../core/policy/types.ts';
import type { EasContext } from '../context.ts';
import { deviceRef } from '../gate/check.ts';
import type { Reply } from '../http/reply.ts';
import { atLeast } from '../http/versions.ts';
import { STATUS } from '../status.ts';
import { provisionDocument } from './document.ts';
import { policies, provisionRefusal, provisionReply, WBXML_POLICY } from './reply.ts';

const { ok, protocol } = STATUS.provision;

/** First phase (MS-ASPROV 3.2.5.1.1): the settings, with a key that is good for acknowledging them. */
export async function offerPolicy(context: EasContext, said: WbxmlNode | null): Promise<Reply> {
  const { services, principal, gate, version } = context;
  const { tenantId, userId } = principal.user;
  const policy = (await services.directory.policyInForce(tenantId, userId)) ?? OPEN_POLICY;
  if (policy.terms.requireDeviceInformation && said === null && atLeast(version, '14.1')) {
    return provisionReply(null, STATUS.provision.informationMissing);
  }
  const known = gate.device?.policy ?? null;
  // Asked again before it is acknowledged, since the answer was lost: the key that is out already stays good.
  const waits = known?.pendingRevision === policy.revision && known.key === null ? known.pendingKey : null;
  const key = waits ?? newPolicyKey(known?.key ?? null);
  if (waits === null) await services.directory.offerPolicy(deviceRef(context), key, policy.revision);
  const document = provisionDocument(policy.settings);
  return provisionReply(said, ok, policies(WBXML_POLICY, STATUS.policy.ok, key, document));
}

/**
 * Second phase (MS-ASPROV 3.2.5.1.2.1): the device says how far it applied the settings and gets the key for its
 * commands. Repeated it gets the same one, and so does a device that provisions again while nothing has changed.
 */
export async function acknowledgePolicy(
  context: EasContext,
  answer: { key: string | null; status: string | null },
): Promise<Reply> {
  const { services, gate, version } = context;
  const { device } = gate;
  const policy = gate.policy ?? OPEN_POLICY;
  const compliance = COMPLIANCE.get(answer.status?.trim() ?? '');
  if (compliance === undefined) return provisionReply(null, protocol);
  const given = parsePolicyKey(answer.key);
  const { pendingKey = null, pendingRevision = null } = device?.policy ?? {};
  if (given === null || given !== pendingKey || pendingRevision !== policy.revision) return wrongKey();
  const refused = refusalOf(policy.terms, compliance);
  if (refused !== null) return provisionRefusal(version, refused);
  const current = device?.policy.revision === policy.revision ? device.policy.key : null;
  const key = current ?? newPolicyKey(given);
  const grant = { key, revision: policy.revision, compliance, at: services.now() };
  const granted = await services.directory.grantPolicy(deviceRef(context), given, grant);
  return granted ? provisionReply(null, ok, policies(WBXML_POLICY, STATUS.policy.ok, key)) : wrongKey();
}

function wrongKey(): Reply {
  return provisionReply(null, ok, policies(WBXML_POLICY, STATUS.policy.wrongKey));
}

/** Status of a Policy in a request (MS-ASPROV 2.2.2.54.1). */
const COMPLIANCE: ReadonlyMap<string, PolicyCompliance> = new Map([
  ['1', 'full'],
  ['2', 'partial'],
  ['3', 'none'],
  ['4', 'external'],
]);

function refusalOf(terms: PolicyTerms, compliance: PolicyCompliance): number | null {
  // What nobody has to apply nobody is refused for.
  if (!terms.required || compliance === 'full') return null;
  if (compliance === 'external') {
    return terms.allowExternallyManaged ? null : STATUS.provision.externallyManaged;
  }
  return terms.allowNonProvisionable ? null : STATUS.provision.notCompliant;
}
