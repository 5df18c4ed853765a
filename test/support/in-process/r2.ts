import { createHash } from 'node:crypto';
import type { R2Bucket } from '@cloudflare/workers-types/experimental';
import { lengthOf } from './globals.ts';
import type { Pace } from './pace.ts';

interface Kept {
  key: string;
  bytes: Uint8Array<ArrayBuffer>;
  md5: Buffer;
  version: string;
  uploaded: Date;
  customMetadata: Record<string, string>;
  httpMetadata: Record<string, unknown>;
}

interface PutOptions {
  onlyIf?: { etagMatches?: string; etagDoesNotMatch?: string };
  customMetadata?: Record<string, string>;
  httpMetadata?: Record<string, unknown>;
  /** Hex, of what the body must be. */
  sha256?: string;
}

interface ListOptions {
  prefix?: string;
  cursor?: string;
  startAfter?: string;
  limit?: number;
  include?: string[];
}

type Range = { offset?: number; length?: number } | { suffix: number };

const MOST_METADATA = 8_192;

/** An R2 bucket in memory: strongly consistent, and an object is there whole or not at all. */
export function createR2(pace: Pace): R2Bucket {
  const objects = new Map<string, Kept>();
  let versions = 0;

  async function put(key: string, body: unknown, options: PutOptions = {}) {
    await pace();
    // Refused without a look at the body, as a request is by its preconditions.
    if (!allowed(objects.get(key), options)) {
      // Whoever still writes it must not wait for a reader.
      if (body instanceof ReadableStream) await body.cancel('refused');
      return null;
    }
    const { customMetadata = {}, httpMetadata = {} } = options;
    const size = Object.entries(customMetadata).reduce((sum, [k, v]) => sum + k.length + v.length, 0);
    if (size > MOST_METADATA)
      throw new Error('put: Your metadata headers exceed the maximum allowed (10012)');
    const bytes = await bytesOf(body);
    const { sha256 } = options;
    if (sha256 !== undefined && sha256 !== createHash('sha256').update(bytes).digest('hex'))
      throw new Error('put: The SHA-256 checksum you specified did not match what we received. (10037)');
    await pace();
    if (!allowed(objects.get(key), options)) return null;
    const md5 = createHash('md5').update(bytes).digest();
    const version = String(++versions);
    const kept = { key, bytes, md5, version, uploaded: new Date(), customMetadata, httpMetadata };
    objects.set(key, kept);
    return described(kept);
  }

  async function list({ prefix = '', cursor, startAfter, limit = 1000, include = [] }: ListOptions = {}) {
    const after = cursor ?? startAfter;
    await pace();
    const keys = [...objects.keys()].filter(
      (k) => k.startsWith(prefix) && (after === undefined || k > after),
    );
    const page = keys.sort(byBytes).slice(0, Math.min(limit, 1000));
    const truncated = page.length < keys.length;
    const found = page.flatMap((key) => objects.get(key) ?? []);
    return {
      objects: found.map((kept) => ({
        ...described(kept),
        ...(include.includes('customMetadata') ? {} : { customMetadata: undefined }),
        ...(include.includes('httpMetadata') ? {} : { httpMetadata: undefined }),
      })),
      truncated,
      ...(truncated ? { cursor: page.at(-1) } : {}),
      delimitedPrefixes: [],
    };
  }

  const bucket = {
    put,
    list,
    async head(key: string) {
      await pace();
      const kept = objects.get(key);
      return kept === undefined ? null : described(kept);
    },
    async get(key: string, { range }: { range?: Range } = {}) {
      await pace();
      const kept = objects.get(key);
      return kept === undefined ? null : readable(kept, range);
    },
    async delete(keys: string | string[]) {
      await pace();
      for (const key of [keys].flat()) objects.delete(key);
    },
  };
  return bucket as unknown as R2Bucket;
}

function allowed(present: Kept | undefined, { onlyIf }: PutOptions): boolean {
  const fits = (etag: string) =>
    present !== undefined && (etag === '*' || etag === present.md5.toString('hex'));
  if (onlyIf?.etagMatches !== undefined && !fits(onlyIf.etagMatches)) return false;
  return onlyIf?.etagDoesNotMatch === undefined || !fits(onlyIf.etagDoesNotMatch);
}

async function bytesOf(body: unknown): Promise<Uint8Array<ArrayBuffer>> {
  if (body === null) return new Uint8Array();
  if (body instanceof ReadableStream && lengthOf(body) === undefined) {
    throw new TypeError(
      'Provided readable stream must have a known length (request/response body or readable half of FixedLengthStream)',
    );
  }
  return new Uint8Array(
    await new Response(body as ReadableStream | Uint8Array<ArrayBuffer> | string).arrayBuffer(),
  );
}

function described({ key, bytes, md5, version, uploaded, customMetadata, httpMetadata }: Kept) {
  const etag = md5.toString('hex');
  return {
    ...{ key, version, size: bytes.length, etag, httpEtag: `"${etag}"`, uploaded, storageClass: 'Standard' },
    checksums: { md5: Uint8Array.from(md5).buffer, toJSON: () => ({ md5: etag }) },
    ...{ customMetadata: { ...customMetadata }, httpMetadata: { ...httpMetadata } },
  };
}

function readable(kept: Kept, range: Range | undefined) {
  const { offset, end } = span(kept.bytes.length, range);
  const part = kept.bytes.slice(offset, end);
  const response = new Response(part);
  return {
    ...described(kept),
    range: { offset, length: end - offset },
    get body() {
      return response.body;
    },
    get bodyUsed() {
      return response.bodyUsed;
    },
    arrayBuffer: () => response.arrayBuffer(),
    bytes: () => response.bytes(),
    text: () => response.text(),
    json: () => response.json(),
    blob: () => response.blob(),
  };
}

function span(size: number, range: Range | undefined): { offset: number; end: number } {
  if (range === undefined) return { offset: 0, end: size };
  if ('suffix' in range) return { offset: Math.max(0, size - range.suffix), end: size };
  const offset = range.offset ?? 0;
  if (offset >= size) throw new Error('get: The requested range is not satisfiable (10039)');
  return { offset, end: range.length === undefined ? size : Math.min(size, offset + range.length) };
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
