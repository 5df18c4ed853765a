import { el, type WbxmlElement, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { EasContext } from '../context.ts';
import type { Reply } from '../http/reply.ts';
import { atLeast } from '../http/versions.ts';
import { acknowledgePolicy, offerPolicy } from '../provision/policy.ts';
import { policies, provisionReply, WBXML_POLICY } from '../provision/reply.ts';
import { parseProvision } from '../provision/request.ts';
import { orderWipe, takeWipeAnswer } from '../provision/wipe.ts';
import { parseDeviceInformation, storeDeviceInformation } from '../settings/device-information.ts';
import { SETTINGS } from '../settings/status.ts';
import { STATUS } from '../status.ts';

/**
 * Provision (MS-ASPROV 2.2): hands out the policy in two phases, keeps what the device says of itself, and tells it to
 * wipe. A wipe comes before everything else.
 */
export async function provision(context: EasContext): Promise<Reply> {
  const request = parseProvision(context.body);
  if (request === null) return provisionReply(null, STATUS.provision.protocol);
  if (request.wipe !== null) return takeWipeAnswer(context, request.wipe);
  const said = request.information === null ? null : await keepInformation(context, request.information);
  const wipe = context.gate.device?.wipe ?? null;
  if (wipe !== null) return orderWipe(context, wipe, said);
  const { policy } = request;
  if (policy === null) return provisionReply(said, STATUS.provision.ok);
  if (policy.type !== WBXML_POLICY) {
    const type = policy.type.slice(0, 64);
    return provisionReply(said, STATUS.provision.ok, policies(type, STATUS.policy.unknownType));
  }
  const acknowledges = policy.key !== null || policy.status !== null;
  return acknowledges ? acknowledgePolicy(context, policy) : offerPolicy(context, said);
}

/** The answer to DeviceInformation, which versions before 14.1 do not have here (MS-ASPROV 2.2.2.53). */
async function keepInformation(context: EasContext, set: WbxmlElement): Promise<WbxmlNode | null> {
  const information = parseDeviceInformation(set, context.version);
  const status = typeof information === 'number' ? information : SETTINGS.ok;
  if (typeof information !== 'number') await storeDeviceInformation(context, information);
  if (!atLeast(context.version, '14.1')) return null;
  return el('Settings:DeviceInformation', el('Settings:Status', status));
}
