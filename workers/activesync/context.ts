import type { WbxmlElement } from '../../codecs/wbxml/index.ts';
import type { Principal } from '../../core/identity/types.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { GateState } from '../../core/policy/types.ts';
import type { DevicePort } from '../../core/ports/device.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import type { Logger } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import type { EasQuery } from './http/query.ts';
import type { Reply } from './http/reply.ts';
import type { Version } from './http/versions.ts';

/** One authenticated command. */
export interface EasContext {
  services: Services;
  principal: Principal;
  ref: MailboxRef;
  mailbox: MailboxStore;
  device: DevicePort;
  query: EasQuery;
  version: Version;
  /** The request's document; null when it has no body. */
  body: WbxmlElement | null;
  /** The message of a SendMail, SmartReply or SmartForward that came as message/rfc822; null otherwise. */
  rawBody: Uint8Array<ArrayBuffer> | null;
  /** The client takes multipart answers of ItemOperations (MS-ASCMD 2.2.1.10.1). */
  acceptMultiPart: boolean;
  userAgent: string;
  /** Of the X-MS-PolicyKey header or the base64 query, as it was sent; null when there is none. */
  policyKey: string | null;
  /** What the gate let the command pass on. */
  gate: GateState;
  log: Logger;
  correlationId: string;
}

export type Command = (context: EasContext) => Promise<Reply>;
