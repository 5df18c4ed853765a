/** Common statuses of the gate (MS-ASCMD 2.2.2). */
export const GATE = {
  deviceIdInvalid: 108,
  deviceTypeInvalid: 109,
  userDisabled: 126,
  deviceBlocked: 129,
  wipeRequested: 140,
  keyMissing: 141,
  notProvisioned: 142,
  policyRefresh: 143,
  keyInvalid: 144,
  tooManyDevices: 177,
} as const;

export type GateStatus = (typeof GATE)[keyof typeof GATE];
