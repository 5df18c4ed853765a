import { scanHeader, toCrlf } from '../../../codecs/mime/edit/index.ts';
import { bytesOf, child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { submissionIdOf } from '../../../core/mail/sending/ids.ts';
import type { MailAddress } from '../../../core/mail/types.ts';
import { newId } from '../../../platform/ids.ts';
import type { EasContext } from '../context.ts';
import { type TextBody, takeBody } from '../pim/body.ts';
import { SEND, type SendCommand, type SendStatus } from './status.ts';

/** What a client asks to be sent. */
export interface SendRequest {
  submissionId: string;
  mime: Uint8Array;
  saveInSentItems: boolean;
  /** Item that is answered or forwarded; null for SendMail. */
  sourceId: string | null;
  /** The message is whole: nothing of the source is added. */
  replaceMime: boolean;
  /** People whom a forward goes to beside those of its header (16.0). */
  forwardees: MailAddress[];
  /** The one occurrence of a meeting that is forwarded. */
  instanceId: string | null;
  /** What a client writes above a meeting that it forwards without a message of its own (16.0). */
  note: TextBody | null;
}

const MAX_CLIENT_ID = 40;
const MAX_LONG_ID = 256;
const MAX_FORWARDEES = 500;
/** MS-ASDTYPE 2.3, with the separators. */
const INSTANCE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;

/** Reads the request in either of its forms, or says what is wrong with it. */
export async function parseSend(
  context: EasContext,
  command: SendCommand,
): Promise<SendRequest | SendStatus> {
  const { body, rawBody } = context;
  if (rawBody !== null) return parsePlain(context, command, rawBody);
  if (body?.tag !== `ComposeMail:${command}`) return SEND.invalidXml;
  return parseDocument(context, command, body);
}

/** MS-ASCMD 2.2.1.17 to 2.2.1.19 */
async function parseDocument(
  { ref, query }: EasContext,
  command: SendCommand,
  root: WbxmlElement,
): Promise<SendRequest | SendStatus> {
  const clientId = textOf(root, 'ComposeMail:ClientId') ?? '';
  const forwardees = command === 'SmartForward' ? forwardeesOf(root) : [];
  const given = bytesOf(child(root, 'ComposeMail:Mime'));
  // A meeting may be forwarded without a message: the server has it all.
  const mime = given ?? (forwardees.length > 0 ? new Uint8Array() : undefined);
  if (clientId === '' || clientId.length > MAX_CLIENT_ID || mime === undefined) return SEND.invalidXml;
  const note = takeBody(root);
  if (note === 'invalid') return SEND.invalidXml;
  // The one account here has no id (MS-ASCMD 2.2.3.3.2), so that none can be named.
  if (child(root, 'ComposeMail:AccountId') !== undefined) return SEND.badAccount;
  // To send without the protection that was asked for would be worse than not to send (MS-ASRM 2.2.2.20).
  if (child(root, 'RightsManagement:TemplateID') !== undefined) return SEND.badTemplate;
  const sourceId = command === 'SendMail' ? null : sourceOf(root);
  if (typeof sourceId === 'number') return sourceId;
  return {
    submissionId: await submissionIdOf(ref.tenantId, ref.mailboxId, query.deviceId, clientId),
    mime,
    saveInSentItems: child(root, 'ComposeMail:SaveInSentItems') !== undefined,
    sourceId,
    replaceMime: child(root, 'ComposeMail:ReplaceMime') !== undefined,
    forwardees,
    instanceId: textOf(child(root, 'ComposeMail:Source'), 'ComposeMail:InstanceId')?.trim() || null,
    note: note ?? null,
  };
}

/** Id of the item: its LongId is the same (workers/activesync/mail/ids). */
function sourceOf(root: WbxmlElement): string | SendStatus {
  const source = child(root, 'ComposeMail:Source');
  const longId = textOf(source, 'ComposeMail:LongId') ?? '';
  const itemId = textOf(source, 'ComposeMail:ItemId') ?? '';
  const instanceId = textOf(source, 'ComposeMail:InstanceId');
  if (source === undefined || (longId === '' && itemId === '') || longId.length > MAX_LONG_ID) {
    return SEND.invalidXml;
  }
  if (longId !== '' && (itemId !== '' || instanceId !== undefined)) return SEND.invalidParameters;
  if (instanceId !== undefined && !isInstance(instanceId)) return SEND.badTime;
  return longId === '' ? itemId : longId;
}

function isInstance(text: string): boolean {
  return INSTANCE.test(text) && !Number.isNaN(Date.parse(text));
}

function forwardeesOf(root: WbxmlElement): MailAddress[] {
  return children(child(root, 'ComposeMail:Forwardees'), 'ComposeMail:Forwardee')
    .slice(0, MAX_FORWARDEES)
    .map((one) => ({
      name: textOf(one, 'ComposeMail:Name') ?? '',
      address: textOf(one, 'ComposeMail:Email') ?? '',
    }))
    .filter(({ address }) => address !== '');
}

/** The message itself, with the rest in the query: all there is before 14.0. */
async function parsePlain(
  { ref, query }: EasContext,
  command: SendCommand,
  mime: Uint8Array<ArrayBuffer>,
): Promise<SendRequest | SendStatus> {
  const sourceId = command === 'SendMail' ? null : (query.longId ?? query.itemId ?? '');
  if (sourceId === '' || mime.length === 0) return SEND.invalidXml;
  const parts = [ref.tenantId, ref.mailboxId, query.deviceId, command, sourceId ?? ''];
  return {
    submissionId: await submissionIdOf(...parts, await identityOf(mime)),
    mime,
    saveInSentItems: query.saveInSent,
    sourceId,
    replaceMime: false,
    forwardees: [],
    instanceId: query.occurrence,
    note: null,
  };
}

/**
 * There is no ClientId: a message with a Message-ID that comes once more is the same one again. One without may have
 * been written twice.
 */
async function identityOf(mime: Uint8Array<ArrayBuffer>): Promise<string> {
  if (!scanHeader(toCrlf(mime)).fields.some(({ name }) => name === 'message-id')) return newId();
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', mime));
  return btoa(String.fromCharCode(...hash));
}
