import type { XmlElement } from '../../codecs/soap/parse.ts';
import type { XmlObject } from '../../codecs/soap/write.ts';
import type { Principal } from '../../core/identity/types.ts';
import type { Logger } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import type { Box } from './mailboxes.ts';

/** What an operation is handed. */
export interface EwsContext {
  services: Services;
  principal: Principal;
  log: Logger;
  correlationId: string;
  /** Where the client reached the server: absolute addresses in answers begin with its origin. */
  url: URL;
  userAgent: string;
  /** RequestServerVersion as given, or null. It decides of words, and of which elements the shapes of folders have. */
  requestedVersion: string | null;
  /** The element TimeZoneContext of the SOAP header, or null. */
  timeZoneContext: XmlElement | null;
  /** Mailbox of the signed-in user. */
  own: Box;
  /** A mailbox of the tenant by its id or an address; one read for each in a request. @throws EwsError ErrorNonExistentMailbox */
  open(mailbox: { id: string } | { address: string }): Promise<Box>;
  /** Bytes of an element of base64 (MimeContent, Content, Data). @throws EwsError ErrorMimeContentInvalidBase64String */
  bytesOf(element: XmlElement): Uint8Array;
}

/**
 * One operation: from the element of the SOAP body to the content of `<Name>Response`, as `writeElement` takes it. What
 * concerns the request as a whole is thrown as EwsError and becomes the operation's own error answer, or a SOAP fault
 * where the operation has none; SchemaError always becomes a fault.
 */
export type Operation = (request: XmlElement, context: EwsContext) => Promise<OperationAnswer>;

/** `response`: an answer that is no document of one piece (streaming). */
type OperationAnswer = XmlObject | { response: Response };
