/** Numbers of RFC 1035 3.2.2, RFC 3596 2.1 and RFC 2782. */
export const TYPE_NUMBERS = {
  ...{ A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33 },
} as const;

export type RecordType = keyof typeof TYPE_NUMBERS;

/** A record of the answer or authority section. Names are in lower case and without the dot at their end. */
export type DnsRecord = { name: string; ttl: number } & (
  | { type: 'A' | 'AAAA' | 'NS' | 'CNAME' | 'PTR'; value: string }
  /** The strings of the record, joined. */
  | { type: 'TXT'; value: string }
  | { type: 'MX'; exchange: string; priority: number }
  /** RFC 2782; as text: priority, weight, port, target. */
  | { type: 'SRV'; value: string }
  /** `minimum`: how long the absence of a record may be remembered (RFC 2308 4), in seconds. */
  | { type: 'SOA'; minimum: number }
);

export interface DnsResponse {
  /** RFC 1035 4.1.1, e.g. 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN. */
  rcode: number;
  question: { name: string; type: number };
  answers: DnsRecord[];
  authority: DnsRecord[];
}

/** What came is no answer to a question. */
export class DnsFormatError extends Error {}
