import './crypto-digests.ts';
import { Readable } from 'node:stream';
import { arc } from 'mailauth/lib/arc/index.js';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import type { ArcCheck, DkimCheck } from '../../core/ports/mail-auth.ts';
import type { AuthResult } from '../../core/trust/types.ts';
import { crlf, type SignedHeader } from './header.ts';
import type { Resolver } from './resolver.ts';

/** RFC 8301 3.2. */
const MIN_KEY_BITS = 1024;

type Verified = Awaited<ReturnType<typeof dkimVerify>>;
type ArcInput = Parameters<typeof arc>[0];

/** Checks every signature of a message whose header has been read; the body is streamed through. */
export async function verifySignatures(
  header: SignedHeader,
  body: AsyncIterable<Uint8Array>,
  resolver: Resolver,
): Promise<{ dkim: DkimCheck; arc: ArcCheck }> {
  const source = Readable.from(pieces(header, body), { objectMode: false, highWaterMark: 64 * 1024 });
  const verified = await dkimVerify(source, {
    resolver,
    // Otherwise the library looks for a Return-Path field, which anybody can write.
    sender: 'unknown@invalid',
    strict: true,
    minBitLength: MIN_KEY_BITS,
  });
  return { dkim: dkimOf(verified), arc: await arcOf(verified, resolver) };
}

async function* pieces(header: SignedHeader, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield header.bytes;
  let last = 0;
  for await (const chunk of body) {
    yield crlf(chunk, last);
    last = chunk.at(-1) ?? last;
  }
}

/** Of several signatures the best result counts. */
const ORDER: readonly AuthResult[] = ['pass', 'temperror', 'fail', 'policy', 'permerror', 'neutral', 'none'];

function dkimOf({ results }: Verified): DkimCheck {
  const judged = results.map(({ status, signingDomain = '' }) => {
    // What was added to the end is not what was signed (RFC 6376 8.2).
    const partial = status.result === 'pass' && (status.underSized ?? 0) > 0;
    return { result: partial ? 'policy' : status.result, domain: signingDomain.toLowerCase() };
  });
  const domains = (wanted: AuthResult) => [
    ...new Set(judged.flatMap((one) => (one.result === wanted && one.domain !== '' ? [one.domain] : []))),
  ];
  return {
    result: ORDER.find((result) => judged.some((one) => one.result === result)) ?? 'neutral',
    domains: domains('pass'),
    unknown: domains('temperror'),
  };
}

async function arcOf(verified: Verified, resolver: Resolver): Promise<ArcCheck> {
  const data = verified.arc as unknown as ArcInput | undefined;
  if (data === undefined) return { result: 'none', sets: [] };
  // It takes the chain apart as it goes.
  const sets = (data.chain || []).map((set) => ({
    sealer: String(set['arc-seal']?.parsed?.['d']?.value ?? ''),
    results: payloadOf(set['arc-authentication-results']?.original),
  }));
  const { status } = await arc(data, { resolver, minBitLength: MIN_KEY_BITS, strict: true } as object);
  const result: AuthResult = status.result === 'pass' || status.result === 'fail' ? status.result : 'none';
  return { result, sets: result === 'pass' ? sets : [] };
}

/** The results of an ARC-Authentication-Results field without its name and instance (RFC 8617 4.1.1). */
function payloadOf(original: unknown): string {
  const text = original instanceof Uint8Array ? new TextDecoder().decode(original) : String(original ?? '');
  return text.replace(/^[^:]*:/, '').replace(/^[^;]*;/, '');
}
