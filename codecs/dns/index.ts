/** Messages of the DNS (RFC 1035 4), as DNS over HTTPS carries them. */
export { decodeResponse, encodeQuery } from './message.ts';
export { DnsFormatError, type DnsRecord, type DnsResponse, type RecordType, TYPE_NUMBERS } from './types.ts';
