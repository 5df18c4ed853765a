import type { R2Bucket, R2Conditional, R2Object, R2ObjectBody } from '@cloudflare/workers-types/experimental';
import { ConflictError } from '../../core/errors.ts';
import type { BlobStore, RawEnvelope, StoredRaw } from '../../core/ports/blobs.ts';
import { envelopeMetadata, parseEnvelope } from './envelope.ts';
import { type Digests, gather, pump, sha256Of } from './pump.ts';

/** workerd's own; declared here because this file is also compiled without the Workers globals. */
declare const FixedLengthStream: new (
  length: number,
) => { readable: ReadableStream<Uint8Array>; writable: WritableStream<Uint8Array> };

/** Create-once (RFC 9110 13.1.2): refuses when there is any object under the key. */
const ONLY_NEW: R2Conditional = { etagDoesNotMatch: '*' };

/** Up to here a raw is handed over whole: a stream between two services costs more than it saves. */
const SMALL_BYTES = 128 * 1024;
/** From here on a raw in memory is not handed over whole: the call would hold all of it a second time. */
const LARGE_BYTES = 1024 * 1024;
const PIECE = 64 * 1024;

/** Raw messages in an R2 bucket, the envelope in the metadata of each object. */
export function createR2BlobStore(bucket: R2Bucket): BlobStore {
  return {
    async putRaw(key, raw, envelope) {
      const isStream = !(raw instanceof Uint8Array);
      const { digests, object } =
        isStream && envelope.rawSize > SMALL_BYTES
          ? await putStream(bucket, key, raw, envelope)
          : await putWhole(bucket, key, await gather(raw, envelope.rawSize), envelope);
      if (object === null) throw new ConflictError('there is an object under this key');
      if (object.size !== envelope.rawSize || (digests.md5 !== null && md5Of(object) !== digests.md5)) {
        // Ours, just made, and not what was sent: nothing may ever read it.
        await bucket.delete(key);
        throw new Error('blobs: what was stored is not what was sent');
      }
      return { sha256: digests.sha256 };
    },

    async open(key) {
      const object = await bucket.get(key);
      return object === null
        ? null
        : { stream: bodyOf(object), size: object.size, envelope: parseEnvelope(object.customMetadata) };
    },

    async openRange(key, start, end) {
      return (await getRange(bucket, key, start, end))?.body ?? null;
    },

    async readRange(key, start, end) {
      const range = await getRange(bucket, key, start, end);
      return range === null ? null : new Uint8Array(await new Response(range.body).arrayBuffer());
    },

    async head(key) {
      const object = await bucket.head(key);
      return object === null ? null : storedRaw(object);
    },

    async list(prefix, cursor, limit, after = '') {
      const page = await bucket.list({
        prefix,
        limit: Math.min(limit, 1000),
        include: ['customMetadata'],
        ...(cursor === null ? {} : { cursor }),
        ...(cursor === null && after !== '' ? { startAfter: after } : {}),
      });
      return { objects: page.objects.map(storedRaw), cursor: page.truncated ? page.cursor : null };
    },

    async delete(...keys) {
      if (keys.length > 0) await bucket.delete(keys);
    },
  };
}

interface Put {
  /** `md5` is still to be compared, where it is not null. */
  digests: Pick<Digests, 'sha256'> & { md5: string | null };
  /** null when the key was taken. */
  object: R2Object | null;
}

/** The bucket itself refuses bytes of another digest (I1). */
async function putWhole(
  bucket: R2Bucket,
  key: string,
  bytes: Uint8Array,
  envelope: RawEnvelope,
): Promise<Put> {
  const sha256 = sha256Of(bytes);
  const options = { onlyIf: ONLY_NEW, customMetadata: envelopeMetadata(envelope), sha256 };
  const body = bytes.length > LARGE_BYTES ? inPieces(bytes) : bytes;
  return { digests: { sha256, md5: null }, object: await bucket.put(key, body as never, options) };
}

/** Bytes as a stream of known length. */
function inPieces(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(bytes.length);
  const writer = writable.getWriter();
  const written = async () => {
    for (let at = 0; at < bytes.length; at += PIECE) await writer.write(bytes.subarray(at, at + PIECE));
    await writer.close();
  };
  // Refused without being read: the put itself says so.
  written().catch(() => undefined);
  return readable;
}

/** Streams the bytes in, hashing them on the way. */
async function putStream(
  bucket: R2Bucket,
  key: string,
  raw: ReadableStream<Uint8Array>,
  envelope: RawEnvelope,
): Promise<Put> {
  const options = { onlyIf: ONLY_NEW, customMetadata: envelopeMetadata(envelope) };
  const { readable, writable } = new FixedLengthStream(envelope.rawSize);
  const writer = writable.getWriter();
  const pumped = pump(raw, envelope.rawSize, (chunk) => writer.write(chunk)).then(async (digests) => {
    await writer.close();
    return digests;
  });
  // A cut source must fail the put as well, or it would wait for the missing bytes.
  pumped.catch((error) => writer.abort(error).catch(() => undefined));
  const stored = bucket.put(key, readable as never, options);
  const object = await Promise.race([
    stored,
    pumped.then(
      () => stored,
      async (error) => {
        await stored.catch(() => undefined);
        throw error;
      },
    ),
  ]);
  if (object === null) {
    // R2 has refused without reading the body: let go of the source.
    await writer.abort(new Error('refused')).catch(() => undefined);
    return { digests: { sha256: '', md5: '' }, object };
  }
  return { digests: await pumped, object };
}

async function getRange(
  bucket: R2Bucket,
  key: string,
  start: number,
  end: number,
): Promise<{ body: ReadableStream<Uint8Array> } | null> {
  if (end > start) {
    try {
      const object = await bucket.get(key, { range: { offset: start, length: end - start } });
      return object === null ? null : { body: bodyOf(object) };
    } catch (error) {
      // Beyond the end there is nothing, which R2 calls an error.
      const size = (await bucket.head(key))?.size;
      if (size === undefined) return null;
      if (start < size) throw error;
    }
  } else if ((await bucket.head(key)) === null) return null;
  return { body: new Blob([]).stream() };
}

/** The same streams under two sets of type declarations. */
function bodyOf(object: R2ObjectBody): ReadableStream<Uint8Array> {
  return object.body as unknown as ReadableStream<Uint8Array>;
}

function md5Of(object: R2Object): string {
  const { md5 } = object.checksums;
  if (md5 === undefined) return object.etag;
  return Array.from(new Uint8Array(md5), (b) => b.toString(16).padStart(2, '0')).join('');
}

function storedRaw(object: R2Object): StoredRaw {
  return {
    key: object.key,
    size: object.size,
    uploadedAt: object.uploaded.getTime(),
    envelope: parseEnvelope(object.customMetadata),
  };
}
