/** Bounds on what one message can make the indexer keep or do. All are positive integers. */
export interface MimeLimits {
  /** Parts (containers and leaves) in the index. The part that would exceed it takes the rest of the message. */
  maxParts: number;
  /** Nesting of multiparts, which also bounds the stack of open boundaries. A deeper multipart is plain text. */
  maxDepth: number;
  /** Bytes of header fields kept for one part; fields that structure or address the mail are kept beyond it. */
  maxHeaderBytes: number;
  /** Number of header fields kept for one part, with the same exception. */
  maxHeaderFields: number;
  /** Bytes kept of one header field; the rest of the field is dropped. */
  maxFieldBytes: number;
  /** Parameters (and RFC 2231 sections) read from one Content-Type or Content-Disposition field. */
  maxParams: number;
  /** Longest boundary that is honoured. RFC 2046 5.1.1 allows 70. */
  maxBoundaryBytes: number;
  /** Addresses kept of each of From, Sender, Reply-To, To, Cc and Bcc. */
  maxAddresses: number;
  /** Message ids kept of In-Reply-To and of References: the first one and the last ones. */
  maxReferences: number;
}

export const DEFAULT_MIME_LIMITS: Readonly<MimeLimits> = Object.freeze({
  maxParts: 1000,
  maxDepth: 100,
  maxHeaderBytes: 256 * 1024,
  maxHeaderFields: 1000,
  maxFieldBytes: 64 * 1024,
  maxParams: 100,
  maxBoundaryBytes: 256,
  maxAddresses: 1000,
  maxReferences: 100,
});

/** The highest value of each limit: above these, memory and recursion are no longer bounded by design. */
const CEILINGS: Readonly<MimeLimits> = Object.freeze({
  maxParts: 10_000,
  maxDepth: 500,
  maxHeaderBytes: 4 * 1024 * 1024,
  maxHeaderFields: 20_000,
  maxFieldBytes: 1024 * 1024,
  maxParams: 1000,
  maxBoundaryBytes: 2048,
  maxAddresses: 10_000,
  maxReferences: 1000,
});

/** Fills in the defaults. Throws RangeError when a limit is not a positive integer or exceeds its ceiling. */
export function resolveMimeLimits(limits: Partial<MimeLimits> = {}): MimeLimits {
  const resolved: MimeLimits = { ...DEFAULT_MIME_LIMITS };
  for (const key of Object.keys(DEFAULT_MIME_LIMITS) as (keyof MimeLimits)[]) {
    const value = limits[key];
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < 1 || value > CEILINGS[key]) {
      throw new RangeError(`${key} must be an integer from 1 to ${CEILINGS[key]}`);
    }
    resolved[key] = value;
  }
  return resolved;
}
