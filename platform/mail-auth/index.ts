/**
 * SPF, DKIM, DMARC and ARC by the library mailauth, loaded when it is first needed and never by its main module, which
 * does not build for Workers. Everything is bounded, because all of it is in the hands of the sender.
 */
import type { Dns } from '../../core/ports/dns.ts';
import type { ArcCheck, DkimCheck, DmarcCheck, MailAuth } from '../../core/ports/mail-auth.ts';
import type { AuthResult } from '../../core/trust/types.ts';
import { withDeadline } from '../deadline.ts';
import { HeaderCollector } from './header.ts';
import { failingFast } from './outage.ts';
import { boundedResolver } from './resolver.ts';

interface MailAuthOptions {
  /** Milliseconds that one kind of check may take. */
  timeoutMs?: number;
  now?: () => number;
}

const TIMEOUT_MS = 5000;
/** SPF has limits of its own (RFC 7208 4.6.4), which allow ten addresses for each of ten names. */
const SPF_QUESTIONS = 40;
const SIGNATURE_QUESTIONS = 30;
/** RFC 9989 4.10: a walk takes up to eight, and each aligned domain may need one. */
const DMARC_QUESTIONS = 40;

const NO_ARC: ArcCheck = { result: 'none', sets: [] };

export function createMailAuth(
  plainDns: Dns,
  { timeoutMs = TIMEOUT_MS, now = Date.now }: MailAuthOptions = {},
): MailAuth {
  const dns = failingFast(plainDns, now);

  return {
    async spf({ mailFrom, clientIp, helo }) {
      const identity = mailFrom === '' ? (helo ?? '') : mailFrom;
      const domain = identity.slice(identity.lastIndexOf('@') + 1).toLowerCase();
      if (clientIp === null || domain === '') return { result: 'none', domain };
      const result = await limited(timeoutMs, 'temperror', async () => {
        const { spf } = await import('mailauth/lib/spf/index.js');
        const { status } = await spf({
          sender: mailFrom,
          ip: clientIp,
          helo: helo ?? 'unknown.invalid',
          mta: 'waypost',
          strict: true,
          maxElapsedTime: timeoutMs,
          resolver: boundedResolver(dns, SPF_QUESTIONS),
        });
        return asResult(status.result);
      }).catch((): AuthResult => 'permerror');
      return { result, domain };
    },

    async signatures({ open }) {
      const failed = (result: AuthResult): { dkim: DkimCheck; arc: ArcCheck } => ({
        dkim: { result, domains: [], unknown: [] },
        // RFC 8617 5.2 knows no other result of a chain that cannot be validated.
        arc: { ...NO_ARC, result: result === 'none' ? 'none' : 'fail' },
      });
      const stream = await open();
      const source = new RawSource(stream);
      try {
        return await limited(timeoutMs, failed('temperror'), async () => {
          const header = await source.header();
          if (header.over) return failed('policy');
          if (header.signatures === 0 && header.arcFields === 0) return failed('none');
          const { verifySignatures } = await import('./signatures.ts');
          return verifySignatures(header, source.body(), boundedResolver(dns, SIGNATURE_QUESTIONS));
        }).catch(() => {
          // A raw that cannot be read now is no property of the message.
          if (source.failure !== null) throw source.failure;
          return failed('permerror');
        });
      } finally {
        await source.cancel();
      }
    },

    async dmarc(fromDomain, spf, dkim) {
      if (fromDomain === '') return { result: 'none', policy: null };
      return limited<DmarcCheck>(timeoutMs, { result: 'temperror', policy: null }, async () => {
        const { dmarc } = await import('mailauth/lib/dmarc/index.js');
        const resolver = boundedResolver(dns, DMARC_QUESTIONS);
        const evaluate = async (spfDomains: string[], dkimDomains: string[]) => {
          const found = await dmarc({
            headerFrom: [fromDomain],
            fromFields: 1,
            spfDomains,
            dkimDomains: dkimDomains.map((domain) => ({ domain })),
            resolver,
            strict: true,
          });
          return found === false
            ? { result: 'permerror' as const, policy: null }
            : { result: asResult(found.status.result), policy: policyOf(found.policy) };
        };
        const spfPassed = spf.result === 'pass' ? [spf.domain] : [];
        const found = await evaluate(spfPassed, dkim.domains);
        if (found.result !== 'fail') return found;
        // Had the DNS answered, it might have passed (RFC 7489 6.6.2).
        const spfOpen = spf.result === 'temperror' ? [spf.domain] : [];
        if (spfOpen.length === 0 && dkim.unknown.length === 0) return found;
        const best = await evaluate(spfOpen, dkim.unknown);
        return best.result === 'fail' ? found : { ...found, result: 'temperror' };
      }).catch((): DmarcCheck => ({ result: 'permerror', policy: null }));
    },
  };
}

/** What the work gives, or `late` when it takes too long. */
async function limited<T>(ms: number, late: T, work: () => Promise<T>): Promise<T> {
  try {
    return await withDeadline(ms, work);
  } catch (error) {
    if (error instanceof Error && error.name === 'DeadlineError') return late;
    throw error;
  }
}

/** The bytes of a message, whose own failure is kept apart from those of what reads it. */
class RawSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array | null = null;
  failure: unknown = null;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  async header() {
    const collector = new HeaderCollector();
    for (let chunk = await this.#next(); chunk !== null; chunk = await this.#next()) {
      const bodyAt = collector.take(chunk);
      if (bodyAt !== null) {
        this.#rest = chunk.slice(bodyAt);
        break;
      }
      if (collector.over) break;
    }
    return collector.finish();
  }

  async *body(): AsyncGenerator<Uint8Array> {
    if (this.#rest !== null && this.#rest.length > 0) yield this.#rest;
    for (let chunk = await this.#next(); chunk !== null; chunk = await this.#next()) yield chunk;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel().catch(() => undefined);
  }

  async #next(): Promise<Uint8Array | null> {
    try {
      const { done, value } = await this.#reader.read();
      return done ? null : value;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

const RESULTS: readonly AuthResult[] = [
  'none',
  'pass',
  'fail',
  'softfail',
  'neutral',
  'policy',
  'temperror',
  'permerror',
];

function asResult(text: string): AuthResult {
  return RESULTS.find((result) => result === text) ?? 'permerror';
}

function policyOf(text: string | undefined): DmarcCheck['policy'] {
  return text === 'none' || text === 'quarantine' || text === 'reject' ? text : null;
}
