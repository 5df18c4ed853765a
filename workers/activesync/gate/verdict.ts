import type { WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { isClosed } from '../../../core/identity/types.ts';
import { accessOf } from '../../../core/policy/access.ts';
import type { GateState } from '../../../core/policy/types.ts';
import { GATE, type GateStatus } from './status.ts';

/** What the gate looks at of a request. */
export interface GateRequest {
  command: string;
  deviceId: string;
  deviceType: string;
  /** As parsePolicyKey gives it. */
  policyKey: number | null;
  body: WbxmlElement | null;
}

// MS-ASHTTP 2.2.1.1.1.2.3 and 2.2.1.1.1.2.4.
const MAX_DEVICE_ID = 32;
const MAX_DEVICE_TYPE = 32;

/** What is wrong with the names that the device gives itself, or null. Needs no database. */
export function namesVerdict({ deviceId, deviceType }: GateRequest): GateStatus | null {
  if (deviceId === '' || deviceId.length > MAX_DEVICE_ID) return GATE.deviceIdInvalid;
  if (deviceType === '' || deviceType.length > MAX_DEVICE_TYPE) return GATE.deviceTypeInvalid;
  return null;
}

/**
 * Why this device may not join, or not go on, whatever it asks for: user, access, number of devices. A wipe is not
 * among it: see `stateVerdict`.
 */
export function deviceVerdict(state: GateState | null, request: GateRequest): GateStatus | null {
  // Sign-in may be remembered from before the user was switched off; nothing else here is.
  if (state === null || state.tenantStatus !== 'active' || isClosed({ status: state.userStatus })) {
    return GATE.userDisabled;
  }
  if (!state.syncEnabled) return GATE.userDisabled;
  if (state.device === null && state.deviceCount >= state.settings.maxDevicesPerUser) {
    return GATE.tooManyDevices;
  }
  const access = accessOf(state.device, request.deviceType, state.settings);
  return access === 'allowed' ? null : GATE.deviceBlocked;
}

/** Why the request is refused, or null (I21). */
export function stateVerdict(state: GateState | null, request: GateRequest): GateStatus | null {
  const { command } = request;
  const wipe = state?.device?.wipe ?? null;
  // Before everything else: who is switched off or blocked is told to wipe all the same, by Provision.
  if (wipe !== null) return command === 'Provision' ? null : GATE.wipeRequested;
  const refused = deviceVerdict(state, request);
  if (refused !== null) return refused;
  if (command === 'Provision' || command === 'Ping' || isIntroduction(request)) return null;
  return policyVerdict(state, request.policyKey);
}

/** Why a device must provision before its next command, or null. */
export function policyVerdict(state: GateState | null, key: number | null): GateStatus | null {
  const policy = state?.policy ?? null;
  if (policy === null || !policy.terms.required) return null;
  // No key at all: a device that knows nothing of policies (MS-ASPROV 3.2.5.2, value 141).
  if (key === null) return policy.terms.allowNonProvisionable ? null : GATE.keyMissing;
  const granted = state?.device?.policy ?? null;
  // 0 is how devices say that they have none yet.
  if (key === 0 || granted === null || granted.key === null) return GATE.notProvisioned;
  if (key !== granted.key) return GATE.keyInvalid;
  return granted.revision === policy.revision ? null : GATE.policyRefresh;
}

const INTRODUCTIONS = new Set(['Settings:DeviceInformation', 'Settings:UserInformation']);

/** Before its first Provision an iPhone says with Settings what it is, and asks for the user's addresses. */
function isIntroduction({ command, body }: GateRequest): boolean {
  return (
    command === 'Settings' &&
    body?.tag === 'Settings:Settings' &&
    body.children.length > 0 &&
    body.children.every((c) => INTRODUCTIONS.has(c.tag))
  );
}
