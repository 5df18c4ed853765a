/**
 * Tells of unwanted mail that need no training. None of them is proof: a usual message has none or one, and it takes
 * several together to come over the usual threshold.
 */
import type { SpamFacts } from '../ports/spam.ts';
import type { SpamSettings } from '../trust/spam-settings.ts';

interface Tell {
  name: string;
  /** What it adds to the logarithm of the odds. */
  weight: number;
  of(facts: SpamFacts, settings: SpamSettings): boolean;
}

/** Odds of a message without any tell, as a logarithm: about one in a hundred. */
const BASE = -4.5;
const DAY_MS = 86_400_000;
const RUNNABLE = /\.(?:exe|scr|com|pif|bat|cmd|vbs|vbe|js|jse|wsf|hta|lnk|iso|img|jar|ps1|reg)$/i;

const TELLS: readonly Tell[] = [
  { name: 'no-date', weight: 1.2, of: ({ sentAt }) => sentAt === null },
  {
    name: 'odd-date',
    weight: 1.2,
    of: ({ sentAt, receivedAt }) =>
      sentAt !== null && (sentAt > receivedAt + 2 * DAY_MS || sentAt < receivedAt - 30 * DAY_MS),
  },
  { name: 'no-message-id', weight: 1.2, of: ({ messageIdHeader }) => messageIdHeader === null },
  { name: 'no-author', weight: 2, of: ({ verdict }) => verdict.fromDomain === '' },
  {
    name: 'numeric-author',
    weight: 1.2,
    of: ({ from }) => from.some(({ address }) => /^[^@]*\d{6}[^@]*@/.test(address)),
  },
  { name: 'name-shows-other-address', weight: 2.5, of: ({ from }) => from.some(showsOther) },
  {
    name: 'answers-elsewhere',
    weight: 1,
    of: ({ replyTo, verdict }) =>
      replyTo.length > 0 &&
      verdict.fromDomain !== '' &&
      replyTo.every((one) => !isNear(one.address, verdict.fromDomain)),
  },
  {
    name: 'suspect-tld',
    weight: 2,
    of: ({ verdict }, { suspectTlds }) =>
      suspectTlds.some((tld) => verdict.fromDomain === tld || verdict.fromDomain.endsWith(`.${tld}`)),
  },
  { name: 'to-nobody', weight: 0.8, of: ({ to, cc }) => to.length + cc.length === 0 },
  {
    name: 'runnable-attachment',
    weight: 3,
    of: ({ attachments }) => attachments.some((n) => RUNNABLE.test(n.trim())),
  },
  {
    name: 'shouting',
    weight: 1.2,
    of: ({ subject }) => /\p{Lu}{8}/u.test(subject.replace(/[^\p{L}]/gu, '')) && !/\p{Ll}/u.test(subject),
  },
  {
    name: 'money',
    weight: 0.8,
    of: ({ subject }) => /(?:[$€£]\s*\d{3}|\d{3}\s*(?:usd|eur|btc)|100\s*%\s*free)/i.test(subject),
  },
  { name: 'no-words', weight: 0.6, of: ({ textSize, htmlSize }) => textSize < 20 && htmlSize > 2000 },
  { name: 'spf-fail', weight: 1.8, of: ({ verdict }) => verdict.spf === 'fail' },
  { name: 'spf-softfail', weight: 0.8, of: ({ verdict }) => verdict.spf === 'softfail' },
  { name: 'dkim-fail', weight: 0.8, of: ({ verdict }) => verdict.dkim === 'fail' },
  { name: 'dmarc-fail', weight: 1.5, of: ({ verdict }) => verdict.dmarc === 'fail' },
  { name: 'dmarc-pass', weight: -1, of: ({ verdict }) => verdict.dmarc === 'pass' },
];

/** Names of the tells of a message. */
export function tellsOf(facts: SpamFacts, settings: SpamSettings): string[] {
  return TELLS.filter((tell) => tell.of(facts, settings)).map((tell) => tell.name);
}

/** 0 (wanted) to 1 (spam). */
export function rulesScore(facts: SpamFacts, settings: SpamSettings): number {
  const found = new Set(tellsOf(facts, settings));
  const sum = TELLS.reduce((total, tell) => (found.has(tell.name) ? total + tell.weight : total), BASE);
  return 1 / (1 + Math.exp(-sum));
}

/** The display name is an address of its own, and another one: what a reader sees is not what is answered. */
function showsOther({ name, address }: { name: string; address: string }): boolean {
  const shown = /[^\s<>"'(),;:]{1,64}@([a-z0-9.-]{1,255}\.[a-z]{2,})/i.exec(name.slice(0, 500));
  return shown !== null && !isNear(address, (shown[1] ?? '').toLowerCase());
}

/** The address is of the domain, of one below it, or of one above it. */
function isNear(address: string, domain: string): boolean {
  const own = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return own === domain || own.endsWith(`.${domain}`) || (own.includes('.') && domain.endsWith(`.${own}`));
}
