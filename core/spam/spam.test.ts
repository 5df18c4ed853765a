import { describe, expect, it } from 'vitest';
import type { SpamFacts } from '../ports/spam.ts';
import type { Learned } from '../ports/spam-tokens.ts';
import { DEFAULT_SPAM_SETTINGS } from '../trust/spam-settings.ts';
import { combinedScore, isTrained } from './combine.ts';
import { tokensOf } from './features.ts';
import { rulesScore, tellsOf } from './rules.ts';

const AT = Date.UTC(2026, 10, 21);
const facts = (over: Partial<SpamFacts> = {}): SpamFacts => ({
  subject: 'Lunch on Friday?',
  from: [{ name: 'Ann', address: 'ann@friends.example' }],
  sender: [],
  replyTo: [],
  to: [{ name: '', address: 'bob@example.com' }],
  cc: [],
  sentAt: AT,
  receivedAt: AT,
  messageIdHeader: 'm@friends.example',
  textHead: 'See you at https://maps.example/x at noon. 日本語',
  textSize: 40,
  htmlSize: 0,
  attachments: [],
  verdict: { spf: 'pass', dkim: 'pass', dmarc: 'pass', fromDomain: 'friends.example' },
  ...over,
});

describe('the rules', () => {
  const settings = { ...DEFAULT_SPAM_SETTINGS, suspectTlds: ['zip'] };

  it('find nothing in a usual message, and little in one with a single fault', () => {
    expect(tellsOf(facts(), settings)).toEqual(['dmarc-pass']);
    expect(rulesScore(facts(), settings)).toBeLessThan(0.05);
    const faults: Partial<SpamFacts>[] = [
      { sentAt: null },
      { messageIdHeader: null },
      { from: [] },
      { from: [{ name: '', address: '1234567@friends.example' }] },
      { from: [{ name: 'pay@bank.example', address: 'x@friends.example' }] },
      { attachments: ['setup.exe'] },
      { subject: 'FREE MONEY NOW' },
      { verdict: { spf: 'fail', dkim: 'none', dmarc: 'fail', fromDomain: 'friends.example' } },
    ];
    for (const fault of faults) expect(rulesScore(facts(fault), settings)).toBeLessThan(0.5);
  });

  it('add up to spam where much is wrong at a time', () => {
    const spam = facts({
      subject: 'CLAIM YOUR $500 NOW',
      from: [{ name: 'support@bank.example', address: '8837462@cheap.zip' }],
      replyTo: [{ name: '', address: 'x@elsewhere.example' }],
      messageIdHeader: null,
      verdict: { spf: 'softfail', dkim: 'none', dmarc: 'none', fromDomain: 'cheap.zip' },
    });
    expect(tellsOf(spam, settings)).toEqual([
      ...['no-message-id', 'numeric-author', 'name-shows-other-address', 'answers-elsewhere', 'suspect-tld'],
      ...['shouting', 'money', 'spf-softfail'],
    ]);
    expect(rulesScore(spam, settings)).toBeGreaterThan(0.9);
  });

  it('do not take a name for another address that is the sender’s own', () => {
    for (const name of ['ann@friends.example', 'ann@mail.friends.example', 'Ann (at work)', 'a@b']) {
      expect(tellsOf(facts({ from: [{ name, address: 'ann@friends.example' }] }), settings)).toEqual([
        'dmarc-pass',
      ]);
    }
  });
});

describe('the tokens of a message', () => {
  it('are the same for the same facts, hold no words, and are bounded', () => {
    const tokens = tokensOf(facts());
    expect(tokensOf(facts())).toEqual(tokens);
    expect(new Set(tokens).size).toBe(tokens.length);
    for (const token of tokens) expect(token).toMatch(/^[0-9a-z]{1,11}$/);
    const long = facts({
      textHead: Array.from({ length: 2000 }, (_, n) => `word${n}`).join(' '),
      subject: 'x '.repeat(4000),
    });
    expect(tokensOf(long).length).toBeLessThanOrEqual(300);
  });

  it('tell subject from text, and read what has no spaces', () => {
    const of = (over: Partial<SpamFacts>) => new Set(tokensOf(facts(over)));
    const one = of({ subject: 'pills', textHead: '' });
    const two = of({ subject: '', textHead: 'pills' });
    expect([...one].filter((token) => !two.has(token))).toHaveLength(1);
    const [a, b] = [of({ textHead: '日本語' }), of({ textHead: '日本酒' })];
    expect([...a].filter((token) => !b.has(token))).toHaveLength(1);
  });
});

describe('the combined score', () => {
  const learned = (tokens: Record<string, [number, number]>, totals = { spam: 50, ham: 50 }): Learned => ({
    totals,
    tokens: new Map(Object.entries(tokens).map(([token, [spam, ham]]) => [token, { spam, ham }])),
  });

  it('is high for what was seen in spam, low for what was not, and open where both say as much', () => {
    expect(combinedScore(learned({ a: [30, 0], b: [20, 1], c: [10, 10] }))).toBeGreaterThan(0.95);
    expect(combinedScore(learned({ a: [0, 30], b: [1, 20], c: [10, 10] }))).toBeLessThan(0.05);
    expect(combinedScore(learned({ a: [30, 0], b: [0, 30] }))).toBeCloseTo(0.5, 5);
    expect(combinedScore(learned({}))).toBe(0.5);
  });

  it('does not take one rare token for proof, nor unequal numbers of messages for evidence', () => {
    expect(combinedScore(learned({ a: [1, 0] }))).toBeLessThan(0.9);
    expect(combinedScore(learned({ a: [100, 10] }, { spam: 1000, ham: 100 }))).toBe(0.5);
  });

  it('stays a number with any counts', () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`t${n}`, [1e9, 0] as [number, number]]),
    );
    expect(combinedScore(learned(many))).toBeGreaterThan(0.99);
    expect(combinedScore(learned({ a: [5, 5] }, { spam: 0, ham: 0 }))).toBe(0.5);
  });

  it('needs enough of both kinds', () => {
    expect(isTrained(learned({}, { spam: 9, ham: 100 }))).toBe(false);
    expect(isTrained(learned({}, { spam: 10, ham: 10 }))).toBe(true);
  });
});
