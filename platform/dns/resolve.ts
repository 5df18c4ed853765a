import { type DnsRecord, type DnsResponse, TYPE_NUMBERS } from '../../codecs/dns/index.ts';
import type { DnsAnswer, DnsType } from '../../core/ports/dns.ts';

const NO_ERROR = 0;
const NO_SUCH_NAME = 3;
/** Names that lead to other names; more of them in a row are a circle or an attack. */
const MAX_CHAIN = 8;

/** What is known after one answer; `ask`: the name that must be asked for next. */
export type Step = { answer: DnsAnswer; ttl: number } | { ask: string; ttl: number };

/**
 * Reads the answer to a question about a name, following its aliases as far as the answer tells of them.
 * `ttl` is in seconds. Throws when it is no answer to that question, or says that there is none now.
 */
export function readStep(response: DnsResponse, name: string, type: DnsType): Step {
  const { rcode, question, answers, authority } = response;
  if (rcode !== NO_ERROR && rcode !== NO_SUCH_NAME) throw new Error(`dns: code ${rcode} for ${name} ${type}`);
  if (question.name !== name || question.type !== TYPE_NUMBERS[type])
    throw new Error(`dns: the answer is to another question than ${name} ${type}`);
  let current = name;
  let ttl = Number.POSITIVE_INFINITY;
  for (let links = 0; links <= MAX_CHAIN; links++) {
    const own = answers.filter((one) => one.name === current);
    const wanted = own.filter((one) => one.type === type);
    if (wanted.length > 0)
      return { answer: found(wanted, type), ttl: Math.min(ttl, ...wanted.map((r) => r.ttl)) };
    const alias = own.find((one) => one.type === 'CNAME');
    if (alias?.type !== 'CNAME') {
      const negative = Math.min(ttl, absenceTtl(authority));
      if (rcode === NO_SUCH_NAME) return { answer: { kind: 'no-name' }, ttl: negative };
      // A resolver that follows aliases says so with the authority of where they lead; another one must be asked.
      const whole = current === name || authority.some((one) => one.type === 'SOA');
      return whole ? { answer: { kind: 'none' }, ttl: negative } : { ask: current, ttl };
    }
    ttl = Math.min(ttl, alias.ttl);
    current = alias.value;
  }
  throw new Error(`dns: too many aliases at ${name}`);
}

/** RFC 2308 5; without a SOA record the absence is not remembered. */
function absenceTtl(authority: readonly DnsRecord[]): number {
  const soa = authority.find((one) => one.type === 'SOA');
  return soa?.type === 'SOA' ? Math.min(soa.ttl, soa.minimum) : 0;
}

function found(records: readonly DnsRecord[], type: DnsType): DnsAnswer {
  if (type === 'MX') {
    const hosts = records.flatMap((r) =>
      r.type === 'MX' ? [{ exchange: r.exchange, priority: r.priority }] : [],
    );
    return { kind: 'found', type, records: hosts };
  }
  return { kind: 'found', type, records: records.flatMap((r) => ('value' in r ? [r.value] : [])) };
}
