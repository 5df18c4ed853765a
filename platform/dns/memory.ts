import type { Dns, DnsAnswer, DnsType, MxRecord } from '../../core/ports/dns.ts';

/** Records of one name; 'fails': its questions get no answer (SERVFAIL, timeout). */
type ZoneEntry = ({ MX?: MxRecord[] } & { [T in Exclude<DnsType, 'MX'>]?: string[] }) | 'fails';

/** Records by name, in lower case and without the dot at the end. */
export type Zone = Record<string, ZoneEntry>;

export interface MemoryDns extends Dns {
  /** Replaces the records of a name; null removes it. */
  set(name: string, entry: ZoneEntry | null): void;
  /** What was asked for, in its order, as `TYPE name`. */
  readonly asked: string[];
}

const MAX_CHAIN = 8;

/** A DNS of its own data, which behaves as the real one does: CNAMEs are followed, names above others exist. */
export function createMemoryDns(zone: Zone = {}): MemoryDns {
  const entries = new Map(Object.entries(zone).map(([name, entry]) => [plainName(name), entry]));
  const asked: string[] = [];
  const exists = (name: string) =>
    entries.has(name) || [...entries.keys()].some((one) => one.endsWith(`.${name}`));

  const answer = (name: string, type: DnsType, links: number): DnsAnswer => {
    if (links > MAX_CHAIN) throw new Error(`dns: too many aliases at ${name}`);
    const entry = entries.get(name);
    if (entry === 'fails') throw new Error(`dns: no answer for ${name} ${type}`);
    if (entry === undefined) return { kind: exists(name) ? 'none' : 'no-name' };
    const [alias] = entry.CNAME ?? [];
    if (alias !== undefined && type !== 'CNAME') return answer(plainName(alias), type, links + 1);
    if (type === 'MX') {
      const records = entry.MX ?? [];
      return records.length === 0
        ? { kind: 'none' }
        : { kind: 'found', type, records: structuredClone(records) };
    }
    const records = entry[type] ?? [];
    return records.length === 0 ? { kind: 'none' } : { kind: 'found', type, records: [...records] };
  };

  return {
    asked,
    set(name, entry) {
      if (entry === null) entries.delete(plainName(name));
      else entries.set(plainName(name), entry);
    },
    async query(name, type) {
      asked.push(`${type} ${plainName(name)}`);
      return answer(plainName(name), type, 0);
    },
  };
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
