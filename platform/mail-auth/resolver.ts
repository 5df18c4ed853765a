import type { Dns, DnsType } from '../../core/ports/dns.ts';

/** What mailauth asks its questions with: the answers and the error codes of node:dns. */
export type Resolver = (name: string, type: string) => Promise<string[][] | string[]>;

const TYPES: readonly DnsType[] = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'TXT'];
/** Too many questions are the fault of what they are about, not of the DNS (RFC 7208 4.6.4). */
const TOO_MANY = { error: 'permerror', text: 'too many DNS look-ups' };

/**
 * Answers from the DNS, at most `limit` questions; the same question again costs nothing. A name that cannot be one is
 * a name that does not exist: what a sender made up must not look like a DNS that fails.
 */
export function boundedResolver(dns: Dns, limit: number): Resolver {
  const answers = new Map<string, Promise<string[][] | string[]>>();
  return (name, type) => {
    const key = `${type} ${name.toLowerCase()}`;
    let answer = answers.get(key);
    if (answer === undefined) {
      if (answers.size >= limit) {
        return Promise.reject(coded('too many DNS look-ups', 'ETOOMANY', { spfResult: { ...TOO_MANY } }));
      }
      answer = ask(dns, name, type);
      // Who asked is told; nobody else need be.
      answer.catch(() => undefined);
      answers.set(key, answer);
    }
    return answer;
  };
}

async function ask(dns: Dns, name: string, text: string): Promise<string[][] | string[]> {
  const type = TYPES.find((one) => one === text);
  if (type === undefined) throw coded(`no questions of type ${text}`, 'ENODATA');
  const plain = name.replace(/\.$/, '');
  const labels = plain.split('.');
  if (plain.length > 253 || labels.some((label) => label === '' || label.length > 63)) {
    throw coded(`${plain.slice(0, 300)} is no name`, 'ENOTFOUND');
  }
  const answer = await dns.query(plain, type);
  if (answer.kind === 'no-name') throw coded(`${plain} does not exist`, 'ENOTFOUND');
  if (answer.kind === 'none') throw coded(`${plain} has no ${type}`, 'ENODATA');
  if (answer.type === 'TXT') return answer.records.map((record) => [record]);
  // As node:dns gives them; the types of mailauth leave them out.
  if (answer.type === 'MX') return answer.records as unknown as string[];
  return [...answer.records];
}

function coded(message: string, code: string, more: object = {}): Error {
  return Object.assign(new Error(message), { code }, more);
}
