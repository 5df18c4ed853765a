import {
  children,
  decodeWbxml,
  el,
  encodeWbxml,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../codecs/wbxml/index.ts';
import { GROUP_DEFAULTS } from '../../core/people/types.ts';
import { resolveRecipients } from '../../workers/activesync/commands/resolve-recipients.ts';
import type { Version } from '../../workers/activesync/http/versions.ts';
import { peopleWorld } from './people-world.worker.ts';

const read = (node: WbxmlNode) => decodeWbxml(encodeWbxml(node));
export const tag = (name: string) => `ResolveRecipients:${name}`;
export const NOW = Date.UTC(2026, 10, 1);

export async function resolvingWorld() {
  const made = await peopleWorld();
  const ask = async (to: string[], options: WbxmlNode[] = [], version: Version = '16.1') => {
    const body = read(
      el(
        tag('ResolveRecipients'),
        options.length === 0 ? null : el(tag('Options'), options),
        to.map((name) => el(tag('To'), name)),
      ),
    );
    const reply = await resolveRecipients(made.context(version, body));
    if (reply.kind !== 'wbxml') throw new Error('no document');
    const root = read(reply.root);
    return {
      status: textOf(root, tag('Status')),
      responses: children(root, tag('Response')).map((r) => ({
        to: textOf(r, tag('To')),
        status: textOf(r, tag('Status')),
        count: textOf(r, tag('RecipientCount')),
        recipients: children(r, tag('Recipient')),
      })),
    };
  };
  const certify = async (userId: string, fingerprint: string, notAfter = NOW + 1) => {
    const der = Buffer.from(fingerprint).toString('base64');
    const certificate = { tenantId: 't1', userId, fingerprint, der, subject: 'CN=x', notBefore: 0, notAfter };
    await made.directory.putCertificate(certificate);
    return der;
  };
  const group = async (local: string, displayName: string, members: string[]) => {
    const groupId = `g-${local}`;
    const address = `${local}@x.test`;
    await made.directory.createGroup({ ...GROUP_DEFAULTS, tenantId: 't1', groupId, address, displayName });
    await made.directory.setGroupMembers('t1', groupId, members);
  };
  return { ...made, ask, certify, group };
}

export const name = (r: WbxmlElement) => textOf(r, tag('DisplayName'));
export const availability = (start: string | null, end: string | null) =>
  el(
    tag('Availability'),
    start === null ? null : el(tag('StartTime'), start),
    end === null ? null : el(tag('EndTime'), end),
  );
export const retrieve = (value: number | string) => el(tag('CertificateRetrieval'), value);
