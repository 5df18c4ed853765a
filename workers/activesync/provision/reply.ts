import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { httpError, type Reply, wbxml } from '../http/reply.ts';
import { atLeast, type Version } from '../http/versions.ts';

export const WBXML_POLICY = 'MS-EAS-Provisioning-WBXML';

/** A Provision answer in the order of its schema; `said` is the answer to DeviceInformation, or null. */
export function provisionReply(said: WbxmlNode | null, status: number, ...more: WbxmlNode[]): Reply {
  return wbxml(el('Provision:Provision', said, el('Provision:Status', status), more));
}

/** One Policy: its type, its Status, and with success its key and data. */
export function policies(type: string, status: number, key?: number, data?: WbxmlNode): WbxmlNode {
  return el(
    'Provision:Policies',
    el(
      'Provision:Policy',
      el('Provision:PolicyType', type),
      el('Provision:Status', status),
      key === undefined ? null : el('Provision:PolicyKey', key),
      data === undefined ? null : el('Provision:Data', data),
    ),
  );
}

/** A refusal with one of the common statuses, which versions before 14.0 know as 403 only (MS-ASCMD 2.2.2). */
export function provisionRefusal(version: Version, status: number): Reply {
  if (atLeast(version, '14.0')) return provisionReply(null, status);
  return { kind: 'http', response: httpError(403, 'this device does not meet the policy') };
}
