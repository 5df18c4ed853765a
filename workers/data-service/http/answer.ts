import type { ByteAnswer } from '../../../shared/data/common.ts';
import type { OperationShape } from '../../../shared/data/operations.ts';

/** What an operation came to, as HTTP says it. */
export function answer(operation: OperationShape, output: unknown): Response {
  if (operation.output === null) return new Response(null, { status: 204 });
  if (operation.output === 'bytes') return bytes(output as ByteAnswer);
  const { modseq, outcome } = output as { modseq?: unknown; outcome?: unknown };
  // What a request before has made is not made again.
  const isNew = operation.created === true && outcome !== 'already' && outcome !== 'present';
  const headers = new Headers();
  if (operation.versioned === true) headers.set('etag', `"${modseq}"`);
  return Response.json(output, { status: isNew ? 201 : 200, headers });
}

function bytes({ body, mediaType, name, start, end, size }: ByteAnswer): Response {
  const isPart = start !== 0 || end !== size;
  const headers = new Headers({
    'accept-ranges': 'bytes',
    'content-length': String(end - start),
    'content-type': /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(mediaType)
      ? mediaType
      : 'application/octet-stream',
    'content-disposition': disposition(name),
  });
  if (isPart) headers.set('content-range', `bytes ${start}-${end - 1}/${size}`);
  return new Response(body, { status: isPart ? 206 : 200, headers });
}

/** RFC 6266, RFC 8187: nobody who opens the address by mistake runs what it holds. */
function disposition(name: string | null): string {
  if (name === null) return 'attachment';
  const encoded = encodeURIComponent(name.toWellFormed().slice(0, 255)).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename*=UTF-8''${encoded}`;
}
