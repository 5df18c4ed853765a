import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { httpError, type Reply, wbxml } from '../http/reply.ts';
import { atLeast, type Version } from '../http/versions.ts';
import { GATE, type GateStatus } from './status.ts';

/** Namespace of each command's root element and of the Status in it. A command that is not here has no document. */
const NAMESPACE: Readonly<Record<string, string>> = {
  Sync: 'AirSync',
  SendMail: 'ComposeMail',
  SmartForward: 'ComposeMail',
  SmartReply: 'ComposeMail',
  FolderSync: 'FolderHierarchy',
  FolderCreate: 'FolderHierarchy',
  FolderDelete: 'FolderHierarchy',
  FolderUpdate: 'FolderHierarchy',
  MoveItems: 'Move',
  GetItemEstimate: 'GetItemEstimate',
  MeetingResponse: 'MeetingResponse',
  Search: 'Search',
  Settings: 'Settings',
  Ping: 'Ping',
  ItemOperations: 'ItemOperations',
  Provision: 'Provision',
  ResolveRecipients: 'ResolveRecipients',
  ValidateCert: 'ValidateCert',
  Find: 'Find',
};

const WORDS: Readonly<Record<GateStatus, string>> = {
  [GATE.deviceIdInvalid]: 'the device id is not acceptable',
  [GATE.deviceTypeInvalid]: 'the device type is not acceptable',
  [GATE.userDisabled]: 'this user may not use ActiveSync',
  [GATE.deviceBlocked]: 'this device is not allowed',
  [GATE.wipeRequested]: 'provision: a wipe was requested',
  [GATE.keyMissing]: 'provision: a policy key is required',
  [GATE.notProvisioned]: 'provision: a policy is in force',
  [GATE.policyRefresh]: 'provision: the policy has changed',
  [GATE.keyInvalid]: 'provision: the policy key is not valid',
  [GATE.tooManyDevices]: 'this user has too many devices',
};

/** The answer to a command that the gate refuses: in band from 14.0 on, before as HTTP (MS-ASCMD 2.2.2). */
export function refusal(command: string, status: GateStatus, version: Version): Reply {
  const root = atLeast(version, '14.0') ? statusRoot(command, status) : null;
  if (root !== null) return wbxml(root);
  return { kind: 'http', response: httpError(httpStatus(status), WORDS[status]) };
}

/** A command's own answer with a Status and nothing else; null for a command that answers with no document. */
export function statusRoot(command: string, status: number): WbxmlNode | null {
  const namespace = Object.hasOwn(NAMESPACE, command) ? NAMESPACE[command] : undefined;
  if (namespace === undefined) return null;
  const value = el(`${namespace}:Status`, status);
  // MS-ASCMD 2.2.1.11: this one has no Status of its own.
  if (command === 'MeetingResponse') {
    return el('MeetingResponse:MeetingResponse', el('MeetingResponse:Result', value));
  }
  return el(`${namespace}:${command}`, value);
}

function httpStatus(status: GateStatus): number {
  if (status === GATE.deviceIdInvalid || status === GATE.deviceTypeInvalid) return 400;
  // MS-ASPROV 3.1.5.1: 449 asks for Provision.
  return status >= GATE.wipeRequested && status <= GATE.keyInvalid ? 449 : 403;
}
