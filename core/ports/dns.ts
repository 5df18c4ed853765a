export type DnsType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SRV' | 'TXT';

export interface MxRecord {
  exchange: string;
  priority: number;
}

/**
 * Records of one name and type. Strings of a TXT record are joined (RFC 7208 3.3); an SRV
 * record is `priority weight port target` (RFC 2782); names are without the dot at their
 * end. `none`: the name exists without such records; `no-name`: it does not exist (RFC 8020).
 */
export type DnsAnswer =
  | { kind: 'found'; type: 'MX'; records: MxRecord[] }
  | { kind: 'found'; type: Exclude<DnsType, 'MX'>; records: string[] }
  | { kind: 'none' }
  | { kind: 'no-name' };

/** Rejects when there is no answer now (SERVFAIL, timeout): a temporary error. */
export interface Dns {
  query(name: string, type: DnsType): Promise<DnsAnswer>;
}
