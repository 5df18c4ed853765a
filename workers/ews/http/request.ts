import { liftBody } from '../../../codecs/soap/lift.ts';
import { parseXml, type XmlElement, XmlError } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import { NAMESPACES } from '../../../codecs/soap/write.ts';
import { encodingOf, PackedBomb, unpacked } from '../../../platform/gzip.ts';
import { EwsError, SchemaError } from '../errors.ts';

const MiB = 1024 * 1024;
/** A request without its long base64 texts, and what may be in those: a mail of 25 MiB with room for its frame. */
const LIMITS = { maxText: 8 * MiB, maxLong: 30 * MiB };

export interface SoapRequest {
  header: XmlElement | null;
  /** The one element of the body: the operation. */
  operation: XmlElement;
  /** Decoded base64 texts, by the mark that stands in their place. */
  long: (Uint8Array | null)[];
}

/** The request as HTTP is not acceptable. */
export class HttpRefusal extends Error {
  readonly status: 400 | 413 | 415;
  constructor(status: 400 | 413 | 415, message: string) {
    super(message);
    this.name = 'HttpRefusal';
    this.status = status;
  }
}

/**
 * Reads a SOAP 1.1 envelope.
 * @param self address of who signed in
 * @throws HttpRefusal for what is no document or too long, EwsError for what is no SOAP
 */
export async function readSoap(request: Request, self: string): Promise<SoapRequest> {
  const packed = encodingOf(request.headers.get('content-encoding'));
  if (packed === null) throw new HttpRefusal(415, 'The content encoding is not supported.');
  const body = packed === 'gzip' ? unpacked(request.body) : request.body;
  let lifted: Awaited<ReturnType<typeof liftBody>>;
  let root: XmlElement;
  try {
    lifted = await liftBody(body, packed === 'gzip' ? LIMITS : { ...LIMITS, expected: lengthOf(request) });
    root = parseXml(lifted.text);
  } catch (error) {
    if (error instanceof XmlError)
      throw new HttpRefusal(error.kind === 'limits' ? 413 : 400, `${error.message}.`);
    if (error instanceof PackedBomb) throw new HttpRefusal(413, 'The request is too long.');
    if (packed === 'gzip') throw new HttpRefusal(400, 'The content encoding is broken.');
    throw error;
  }
  if (root.name !== 'Envelope' || !lifted.text.includes(NAMESPACES.s))
    throw new SchemaError('this is no SOAP 1.1 envelope.');
  // One acts as oneself, whatever is asked: nobody is given the right to be somebody else.
  const impersonated = child(child(root, 'Header'), 'ExchangeImpersonation');
  if (impersonated !== null && !isSelf(child(impersonated, 'ConnectingSID'), self)) {
    throw new EwsError(
      'ErrorImpersonateUserDenied',
      'The account does not have permission to impersonate the requested user.',
    );
  }
  const [operation, ...more] = child(root, 'Body')?.children ?? [];
  if (operation === undefined || more.length > 0) throw new SchemaError('the body must hold one operation.');
  return { header: child(root, 'Header'), operation, long: lifted.long };
}

/** Whether nobody else is named than who signed in (MS-OXWSCDATA 2.2.4.20). */
function isSelf(sid: XmlElement | null, self: string): boolean {
  const [named, ...more] = sid?.children ?? [];
  const byAddress = named?.name === 'PrimarySmtpAddress' || named?.name === 'SmtpAddress';
  return byAddress && more.length === 0 && named.text.trim().toLowerCase() === self.toLowerCase();
}

/** Bytes of the body as its sender says, 0 where that is no number. */
function lengthOf(request: Request): number {
  const length = Number(request.headers.get('content-length') ?? 0);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}

/** Bytes of an element that was lifted. @throws EwsError ErrorMimeContentInvalidBase64String */
export function longBytes(long: readonly (Uint8Array | null)[], element: XmlElement): Uint8Array {
  const bytes = /^\d{1,6}$/.test(element.text) ? long[Number(element.text)] : undefined;
  if (bytes === null) {
    throw new EwsError('ErrorMimeContentInvalidBase64String', 'The content is not a valid base64 string.');
  }
  return bytes ?? new Uint8Array(0);
}
