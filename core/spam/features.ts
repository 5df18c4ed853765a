import type { SpamFacts } from '../ports/spam.ts';
import { MAX_LESSON_TOKENS } from '../ports/spam-tokens.ts';
import { DEFAULT_SPAM_SETTINGS } from '../trust/spam-settings.ts';
import { tellsOf } from './rules.ts';

/** Words of scripts that put none of them apart are taken two letters at a time. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const WORD = /[\p{L}\p{N}$€£%][\p{L}\p{N}$€£%'’-]*/gu;
const HOST = /https?:\/\/([a-z0-9.-]{1,253})/gi;
const MAX_WORD = 30;

/**
 * Tokens that a message is known by: words of subject and text, sender, hosts of links, kinds of attachments, results of
 * the checks and the tells of the rules. Hashes, so that what was learned does not keep what people wrote. The same
 * facts always give the same tokens.
 */
export function tokensOf(facts: SpamFacts): string[] {
  const features = new Set<string>();
  const { verdict } = facts;
  for (const { address } of facts.from) {
    const plain = address.toLowerCase();
    features.add(`a:${plain}`);
    for (const domain of parents(plain.slice(plain.lastIndexOf('@') + 1))) features.add(`d:${domain}`);
  }
  for (const method of ['spf', 'dkim', 'dmarc'] as const) features.add(`v:${method}=${verdict[method]}`);
  // Of the settings only what does not change with them.
  for (const tell of tellsOf(facts, DEFAULT_SPAM_SETTINGS)) features.add(`t:${tell}`);
  for (const name of facts.attachments)
    features.add(`x:${/\.([^.]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? ''}`);
  if (facts.htmlSize > 0) features.add('z:html');
  for (const [, host = ''] of facts.textHead.matchAll(HOST)) {
    for (const domain of parents(host.toLowerCase())) features.add(`u:${domain}`);
  }
  for (const word of wordsOf(facts.subject)) features.add(`s:${word}`);
  for (const word of wordsOf(facts.textHead)) features.add(`w:${word}`);
  return [...new Set([...features].slice(0, MAX_LESSON_TOKENS).map(hashOf))];
}

/** A domain and the domains above it, without the top. */
function parents(domain: string): string[] {
  const labels = domain.split('.').slice(-5);
  return labels.slice(0, -1).map((_, n) => labels.slice(n).join('.'));
}

function* wordsOf(text: string): Generator<string> {
  for (const [match] of text.slice(0, 2000).toLowerCase().matchAll(WORD)) {
    if (UNSPACED.test(match)) {
      const letters = Array.from(match);
      for (let n = 0; n + 1 < letters.length; n++) yield `${letters[n]}${letters[n + 1]}`;
    } else if (match.length > 1 && match.length <= MAX_WORD) yield match;
  }
}

/** 53 bits of a mixing hash, in base 36. */
function hashOf(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 2654435761);
    b = Math.imul(b ^ c, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return ((b >>> 0) * 2 ** 21 + ((a >>> 0) & 0x1fffff)).toString(36);
}
