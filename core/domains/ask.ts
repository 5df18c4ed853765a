import type { Dns, DnsType } from '../ports/dns.ts';

/** Records as text, an empty list when there are none, null when the DNS does not answer. */
export async function recordsOf(dns: Dns, name: string, type: DnsType): Promise<string[] | null> {
  try {
    const answer = await dns.query(name, type);
    if (answer.kind !== 'found') return [];
    if (answer.type === 'MX')
      return [...answer.records]
        .sort((a, b) => a.priority - b.priority)
        .map(({ priority, exchange }) => `${priority} ${exchange}`);
    return answer.records;
  } catch {
    return null;
  }
}
