import { base64Stream } from '../../../codecs/soap/base64.ts';
import { escapeXml } from '../../../codecs/soap/escape.ts';
import { NAMESPACES, type XmlChunk } from '../../../codecs/soap/write.ts';
import { gzipped } from '../../../platform/gzip.ts';
import { EXCHANGE_VERSION } from '../../../shared/exchange-version.ts';
import type { EwsError } from '../errors.ts';

const { major, minor, majorBuild, minorBuild } = EXCHANGE_VERSION;

/** The version that clients are told (MS-OXWSCDATA 2.2.3.12): a build of 2016, which every client knows. */
export const SERVER_VERSION =
  `<t:ServerVersionInfo MajorVersion="${major}" MinorVersion="${minor}" MajorBuildNumber="${majorBuild}" ` +
  `MinorBuildNumber="${minorBuild}" Version="V2017_07_11"/>`;

const ENVELOPE_OPEN = `<s:Envelope xmlns:s="${NAMESPACES.s}" xmlns:t="${NAMESPACES.t}" xmlns:m="${NAMESPACES.m}"><s:Header>${SERVER_VERSION}</s:Header><s:Body>`;
const ENVELOPE_CLOSE = '</s:Body></s:Envelope>';
export const DECLARATION = '<?xml version="1.0" encoding="utf-8"?>';

const HEADERS = { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'private, no-store' };

/** Smaller answers are not worth the work. */
const WORTH_PACKING = 1024;

/**
 * An answer: at once when it is all text, as a stream when bytes are read while it goes out.
 * @param gzip the client takes it packed; what is streamed holds base64 of whole mails and files, which is not worth it
 */
export async function envelope(body: readonly XmlChunk[], gzip = false): Promise<Response> {
  const chunks: XmlChunk[] = [DECLARATION + ENVELOPE_OPEN, ...body, ENVELOPE_CLOSE];
  if (chunks.every((one) => typeof one === 'string')) {
    const text = chunks.join('');
    if (!gzip || text.length < WORTH_PACKING) return new Response(text, { headers: HEADERS });
    const headers = { ...HEADERS, 'content-encoding': 'gzip' };
    const packed = await gzipped(text);
    return new Response(packed, { headers, encodeBody: 'manual' });
  }
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  void sendChunks(chunks, writable);
  return new Response(readable, { headers: HEADERS });
}

async function sendChunks(chunks: readonly XmlChunk[], to: WritableStream<Uint8Array>): Promise<void> {
  const encoder = new TextEncoder();
  try {
    for (const one of chunks) {
      if (typeof one === 'string') {
        const writer = to.getWriter();
        await writer.write(encoder.encode(one));
        writer.releaseLock();
      } else {
        const bytes = await one.open();
        await bytes.pipeThrough(base64Stream()).pipeTo(to, { preventClose: true });
      }
    }
    await to.close();
  } catch (error) {
    // Half an answer must not look like a whole one.
    await to.abort(error).catch(() => undefined);
  }
}

function messageXml({ values }: EwsError): string {
  const list = Object.entries(values).map(
    ([name, value]) => `<t:Value Name="${escapeXml(name)}">${escapeXml(value)}</t:Value>`,
  );
  return list.length === 0 ? '' : `<t:MessageXml>${list.join('')}</t:MessageXml>`;
}

/**
 * A SOAP fault (SOAP 1.1 4.4); clients look for both the faultcode and the ResponseCode of the detail. What the client sent
 * wrong is answered by 400, not by the 500 of SOAP 1.1 6.2, which clients and monitors take for a fault of the server.
 */
export function soapFault(error: EwsError, status: 400 | 413 | 415 | 503 = 400): Response {
  const code = escapeXml(error.code);
  const text = escapeXml(error.message);
  const errors = 'xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors"';
  const faultcode = status === 503 ? 's:Server' : `t:${code}`;
  const body =
    `<s:Fault><faultcode>${faultcode}</faultcode><faultstring xml:lang="en-US">${text}</faultstring>` +
    `<detail><e:ResponseCode ${errors}>${code}</e:ResponseCode><e:Message ${errors}>${text}</e:Message>${messageXml(error)}</detail></s:Fault>`;
  const headers = status === 503 ? { ...HEADERS, 'retry-after': '30' } : HEADERS;
  return new Response(DECLARATION + ENVELOPE_OPEN + body + ENVELOPE_CLOSE, { status, headers });
}
