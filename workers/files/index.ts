import { decodePartStream } from '../../codecs/mime/index.ts';
import type { AttachmentLink } from '../../core/ports/links.ts';
import { clientAddress } from '../../platform/audit/address.ts';
import { parseRange, sliceStream } from '../../platform/byte-range.ts';
import { correlationIdOf } from '../../platform/correlation.ts';
import { anonymousWait } from '../../platform/limits/anonymous.ts';
import type { Services } from '../../platform/services.ts';

/** Under which attachments that became links are found (outbound/links). */
export const FILES_PATH = '/files/';

/** The tenant and 256 random bits. */
const TOKEN = /^([0-9a-z]{1,64})\.[\w-]{43}$/;
/** Types that a browser would run or show as a page, whatever it is told, are told to be bytes. */
const PLAIN_TYPE = /^(image\/(png|jpeg|gif|webp)|application\/(pdf|zip)|audio\/[\w.+-]+|video\/[\w.+-]+)$/;

/** Nothing of ours is at this address: the file is only ever saved, and leaves no trace (A50, A51, A56, A61). */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
};

type FileServices = Pick<Services, 'links' | 'directory' | 'blobs' | 'log' | 'now' | 'trail' | 'limits'> & {
  config: Pick<Services['config'], 'auditAddresses'>;
};

/** `GET /files/<token>`: the file behind a link, whole or one range of it; 410 when the link has ended. */
export function createFiles(services: FileServices): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return plain(405, 'only GET and HEAD', { allow: 'GET, HEAD' });
    }
    const wait = await anonymousWait(request, services);
    if (wait > 0) return plain(429, 'Too many requests.', { 'retry-after': String(wait) });
    const token = new URL(request.url).pathname.slice(FILES_PATH.length);
    const tenantId = TOKEN.exec(token)?.[1];
    const link = tenantId === undefined ? null : await services.links.findLink(tenantId, await hashOf(token));
    if (link === null) return plain(404, 'There is no such file.');
    const tenant = await services.directory.getTenant(link.tenantId);
    if (link.endsAt <= services.now() || tenant?.status !== 'active') return ended();
    return answer(services, request, link);
  };
}

async function answer(services: FileServices, request: Request, link: AttachmentLink): Promise<Response> {
  const etag = `"${link.linkId}"`;
  const asked = request.headers.get('range');
  // RFC 9110 13.1.5: a range of another version would be put together with this one.
  const condition = request.headers.get('if-range');
  const range =
    request.method === 'HEAD' || asked === null || (condition !== null && condition !== etag)
      ? null
      : parseRange(asked, link.size);
  const headers = {
    ...HEADERS,
    'accept-ranges': 'bytes',
    'content-disposition': disposition(link.name),
    'content-type': PLAIN_TYPE.test(link.mediaType) ? link.mediaType : 'application/octet-stream',
    etag,
  };
  if (range === 'unsatisfiable') {
    return plain(416, 'There is no such range.', { 'content-range': `bytes */${link.size}` });
  }
  const [start, end] = range ?? [0, link.size];
  const part = {
    'content-length': String(end - start),
    ...(range === null ? {} : { 'content-range': `bytes ${start}-${end - 1}/${link.size}` }),
  };
  const status = range === null ? 200 : 206;
  if (request.method === 'HEAD') return new Response(null, { status, headers: { ...headers, ...part } });
  const raw = await services.blobs.openRange(link.rawKey, link.bodyStart, link.bodyEnd);
  if (raw === null) {
    services.log.error('files.missing', { tenantId: link.tenantId, linkId: link.linkId });
    return ended();
  }
  const body = sliceStream(decodePartStream(raw, link.encoding), start, end);
  services.log.info('files.opened', { tenantId: link.tenantId, linkId: link.linkId, status });
  const address = clientAddress(request.headers, services.config.auditAddresses);
  // Programs fetch a file in many pieces.
  services.trail.record([
    {
      ...{ tenantId: link.tenantId, actor: 'link', address, protocol: 'files', action: 'file.download' },
      ...{ resource: `link/${link.linkId}`, details: { mailbox: link.mailboxId } },
      ...{ correlationId: correlationIdOf(request.headers), once: 'hour', apart: address ?? '' },
    },
  ]);
  return new Response(body, { status, headers: { ...headers, ...part } });
}

function ended(): Response {
  return plain(410, 'The file is not kept any more. Ask its sender for it.');
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8', ...headers },
  });
}

/** RFC 6266 4.1, with a name that is one of a file, on one line, in one direction (A55, A56). */
function disposition(name: string): string {
  const clean = name
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .slice(0, 200);
  const safe = /^\.*$/.test(clean.trim()) ? 'file' : clean.trim();
  const ascii = safe.replace(/[^\x20-\x7e]/g, '_').replace(/[%"\\]/g, '_');
  const utf8 = encodeURIComponent(safe.toWellFormed()).replace(
    /['()*!]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${utf8}`;
}

async function hashOf(token: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
