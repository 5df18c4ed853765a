import type { Device } from '../../../core/identity/types.ts';
import { accessOf } from '../../../core/policy/access.ts';
import { parsePolicyKey } from '../../../core/policy/keys.ts';
import { type DeviceRecord, type GateState, NO_DEVICE_POLICY } from '../../../core/policy/types.ts';
import type { DeviceRef } from '../../../core/ports/mobile.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import type { Reply } from '../http/reply.ts';
import { refusal } from './refusal.ts';
import { GATE, type GateStatus } from './status.ts';
import { deviceVerdict, type GateRequest, namesVerdict, stateVerdict } from './verdict.ts';

/** The parts of a command's context that the gate needs. */
export type GateContext = Pick<
  EasContext,
  | 'services'
  | 'principal'
  | 'ref'
  | 'query'
  | 'version'
  | 'policyKey'
  | 'userAgent'
  | 'body'
  | 'log'
  | 'correlationId'
>;

export type GateResult =
  | { kind: 'pass'; state: GateState }
  /** `reply` is in the terms of the command and of its version. */
  | { kind: 'refused'; status: GateStatus; reply: Reply };

/** The list is for people: a device that syncs all day is written once an hour. */
const SEEN_EVERY = 3_600_000;
/** Not at once either when it says another name of itself: some have two, and use both. */
const CHANGED_EVERY = 300_000;

/** Starts the gate's only read, so that it runs beside the reading of the body. */
export function readGate(
  services: EasContext['services'],
  principal: EasContext['principal'],
  deviceId: string,
): Promise<GateState | null> {
  const { tenantId, userId } = principal.user;
  const state = services.directory.deviceGate({ tenantId, userId, deviceId });
  // Whoever awaits it sees its error; nobody does when the body is refused first.
  state.catch(() => undefined);
  return state;
}

/**
 * Decides whether a command may run: state of user and tenant, access and number of devices, wipe, policy key (I21).
 * A device that nobody knows yet is put on the list. Also asked again when a wait ends, with a fresh state.
 *
 * @param state what `readGate` began to read for this request; read now when left out.
 */
export async function checkGate(
  context: GateContext,
  state: Promise<GateState | null> = readGate(context.services, context.principal, context.query.deviceId),
): Promise<GateResult> {
  const { query } = context;
  const request: GateRequest = {
    command: query.command,
    deviceId: query.deviceId,
    deviceType: query.deviceType,
    policyKey: parsePolicyKey(context.policyKey),
    body: context.body,
  };
  const named = namesVerdict(request);
  if (named !== null) return refused(context, named);
  let found = await state;
  if (found !== null && found.device === null) {
    const joined = await join(context, found, request);
    if (joined === null) return refused(context, GATE.tooManyDevices);
    found = joined;
  } else if (found?.device) refresh(context, found.device);
  const status = stateVerdict(found, request);
  // stateVerdict lets nobody pass without a state.
  return status === null && found !== null
    ? { kind: 'pass', state: found }
    : refused(context, status ?? GATE.userDisabled);
}

function refused(context: GateContext, status: GateStatus): GateResult {
  const { query, version, log } = context;
  log.info('eas.refused', { command: query.command, status });
  return { kind: 'refused', status, reply: refusal(query.command, status, version) };
}

/** The state with the device on the list; null when there is no place. Blocked ones are listed for the admin to see. */
async function join(context: GateContext, state: GateState, request: GateRequest): Promise<GateState | null> {
  const refusedAs = deviceVerdict(state, request);
  if (refusedAs === GATE.userDisabled) return state;
  if (refusedAs === GATE.tooManyDevices) return null;
  const device = seenDevice(context);
  const { directory } = context.services;
  if (!(await directory.registerDevice(device, state.settings.maxDevicesPerUser))) return null;
  recordJoining(context, device, state);
  return { ...state, device: newRecord(device) };
}

function recordJoining({ services, correlationId }: GateContext, device: Device, state: GateState): void {
  const { tenantId, userId, deviceId, deviceType, userAgent } = device;
  const access = accessOf(null, deviceType, state.settings);
  services.trail.record([
    {
      ...{ tenantId, actor: `user/${userId}`, protocol: 'activesync', deviceId, action: 'device.register' },
      ...{ resource: `device/${userId}/${deviceId}`, details: { access, deviceType, client: userAgent } },
      // Its first requests come side by side.
      ...{ correlationId, once: 'minute' },
    },
  ]);
}

/** Keeps the list of devices. It is for people, so its failure does not fail the command. */
function refresh(context: GateContext, known: DeviceRecord): void {
  const now = context.services.now();
  const age = now - known.lastSeenAt;
  const changed =
    known.userAgent !== context.userAgent ||
    known.protocolVersion !== context.version ||
    known.deviceType !== context.query.deviceType;
  if (age < SEEN_EVERY && !(changed && age >= CHANGED_EVERY)) return;
  const write = context.services.directory.touchDevice(seenDevice(context)).catch((error: unknown) => {
    context.log.warn('eas.device-not-refreshed', { error: describeError(error) });
  });
  context.services.defer(write);
}

function seenDevice({ services, principal, query, version, userAgent }: GateContext): Device {
  const now = services.now();
  return {
    tenantId: principal.user.tenantId,
    userId: principal.user.userId,
    deviceId: query.deviceId,
    deviceType: query.deviceType,
    userAgent,
    protocolVersion: version,
    firstSeenAt: now,
    lastSeenAt: now,
  };
}

function newRecord(device: Device): DeviceRecord {
  return {
    ...device,
    access: 'default',
    wipe: null,
    wiped: null,
    policy: NO_DEVICE_POLICY,
    information: {},
  };
}

/** The device of a command, in the terms of the directory. */
export function deviceRef({ principal, query }: Pick<EasContext, 'principal' | 'query'>): DeviceRef {
  return {
    tenantId: principal.user.tenantId,
    userId: principal.user.userId,
    deviceId: query.deviceId,
  };
}
