import type { DnsAnswer } from '../../core/ports/dns.ts';

const MAX_ENTRIES = 1000;
const MAX_SECONDS = 3600;
/** Whoever has just published a record does not want to wait long until it is seen. */
const MAX_ABSENCE_SECONDS = 60;

export interface AnswerCache {
  /** A copy of what was put, while it holds. */
  get(key: string): DnsAnswer | undefined;
  /** @param ttl in seconds; 0: not remembered. */
  put(key: string, answer: DnsAnswer, ttl: number): void;
}

/** Answers for as long as they hold, at most a thousand: the oldest go first. */
export function createAnswerCache(now: () => number): AnswerCache {
  const entries = new Map<string, { answer: DnsAnswer; until: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (entry.until > now()) return structuredClone(entry.answer);
      entries.delete(key);
      return undefined;
    },
    put(key, answer, ttl) {
      const seconds = Math.min(ttl, answer.kind === 'found' ? MAX_SECONDS : MAX_ABSENCE_SECONDS);
      entries.delete(key);
      if (seconds <= 0) return;
      const [oldest] = entries.keys();
      if (entries.size >= MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
      entries.set(key, { answer: structuredClone(answer), until: now() + seconds * 1000 });
    },
  };
}
