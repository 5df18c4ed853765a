import { DEFAULT_FOLDERS } from '../../core/mail/default-folders.ts';
import type { FolderRole } from '../../core/mail/types.ts';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import { cleanText } from '../text.ts';

/** R2 keeps 8,192 bytes of metadata with an object, names included. */
const MAX_METADATA = 8000;

/** Printable ASCII only, since metadata travels as header fields; `%` starts the escape of everything else. */
function encode(text: string): string {
  return cleanText(text).replace(/[^\x20-\x24\x26-\x7e]|^ | $/gu, (c) =>
    c === ' ' ? '%20' : encodeURIComponent(c),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The envelope as metadata of the object (I5). Authentication results are cut to what room is left. */
export function envelopeMetadata(envelope: RawEnvelope): Record<string, string> {
  const metadata: Record<string, string> = {
    v: '1',
    tenant: encode(envelope.tenantId),
    mailbox: encode(envelope.mailboxId),
    shard: encode(envelope.shard),
    from: encode(envelope.mailFrom),
    to: encode(envelope.rcptTo),
    received: String(envelope.receivedAt),
    size: String(envelope.rawSize),
    correlation: encode(envelope.correlationId),
    ...(envelope.role === undefined ? {} : { role: envelope.role }),
    ...(envelope.folderId === undefined ? {} : { folder: encode(envelope.folderId) }),
    ...(envelope.bcc === true ? { bcc: '1' } : {}),
    ...(envelope.submitted === true ? { submitted: '1' } : {}),
    ...(envelope.group === true ? { group: '1' } : {}),
    ...(envelope.member === undefined ? {} : { member: encode(envelope.member) }),
    ...(envelope.delegated === undefined
      ? {}
      : {
          'delegated-of': encode(envelope.delegated.mailboxId),
          'delegated-item': encode(envelope.delegated.itemId),
        }),
  };
  const used = Object.entries(metadata).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  const room = MAX_METADATA - used - 'auth'.length;
  if (room < 0) throw new Error('blobs: envelope exceeds the metadata of an object');
  // Never a cut escape, nor a cut sequence of escapes that stand for one character.
  metadata['auth'] = encode(envelope.authResults)
    .slice(0, room)
    .replace(/(%[0-9A-F]{0,2})+$/u, keepWhole);
  return metadata;
}

function keepWhole(escapes: string): string {
  const whole = escapes.match(/%[0-9A-F]{2}/gu) ?? [];
  while (whole.length > 0) {
    try {
      decodeURIComponent(whole.join(''));
      break;
    } catch {
      whole.pop();
    }
  }
  return whole.join('');
}

/** null when the object was not written by `envelopeMetadata`. */
export function parseEnvelope(metadata: Record<string, string> | undefined): RawEnvelope | null {
  if (metadata?.['v'] !== '1') return null;
  const text = (key: string) => decode(metadata[key] ?? '');
  return {
    tenantId: text('tenant'),
    mailboxId: text('mailbox'),
    shard: text('shard'),
    mailFrom: text('from'),
    rcptTo: text('to'),
    receivedAt: Number(metadata['received']),
    rawSize: Number(metadata['size']),
    correlationId: text('correlation'),
    authResults: text('auth'),
    ...(isFolderRole(metadata['role']) ? { role: metadata['role'] } : {}),
    // A folder of its owner's is known by its id alone.
    ...(metadata['folder'] === undefined
      ? {}
      : { role: isFolderRole(metadata['role']) ? metadata['role'] : 'user', folderId: text('folder') }),
    ...(metadata['bcc'] === '1' ? { bcc: true } : {}),
    ...(metadata['member'] === undefined ? {} : { member: text('member') }),
    ...(metadata['submitted'] === '1' ? { submitted: true } : {}),
    ...(metadata['group'] === '1' ? { group: true } : {}),
    ...(metadata['delegated-of'] === undefined
      ? {}
      : { delegated: { mailboxId: text('delegated-of'), itemId: text('delegated-item') } }),
  };
}

/** A folder that every mailbox has: those that people make have no role of their own. */
function isFolderRole(text: string | undefined): text is Exclude<FolderRole, 'user'> {
  return DEFAULT_FOLDERS.some(({ role }) => role === text);
}
