import { describe, expect, it } from 'vitest';
import { authResultsField } from './shown.ts';
import { changeSpamSettings, DEFAULT_SPAM_SETTINGS, readSpamSettings } from './spam-settings.ts';
import { decideVerdict, type Findings, type ListFindings, submittedVerdict } from './verdict.ts';

const found = (over: Partial<Findings> = {}): Findings => ({
  source: 'checked',
  fromDomain: 'bank.example',
  severalAuthors: false,
  spf: { result: 'none', domain: '' },
  dkim: { result: 'none', domains: [], unknown: [] },
  dmarc: { result: 'none', policy: null },
  arc: { result: 'none', sets: [] },
  spam: null,
  ...over,
});
const NOBODY: ListFindings = { blocked: null, allowed: null };
const allowed = {
  blocked: null,
  allowed: { by: 'user' as const, match: { entry: '@bank.example', byIp: false } },
};
const decide = (over: Partial<Findings>, lists = NOBODY, settings = DEFAULT_SPAM_SETTINGS) =>
  decideVerdict(found(over), lists, settings);

describe('the verdict', () => {
  const failed: Partial<Findings> = { dmarc: { result: 'fail', policy: 'reject' } };
  const chain = (...sets: [string, string][]): Partial<Findings> => ({
    ...failed,
    arc: { result: 'pass', sets: sets.map(([sealer, results]) => ({ sealer, results })) },
  });
  const PASS = 'mx.x; dmarc=pass header.from=bank.example';

  it('lets a trusted sealer vouch for what fails DMARC on its way', () => {
    const verdict = decide(chain(['google.com', PASS]));
    expect([verdict.disposition, verdict.reasons]).toEqual([
      'inbox',
      ['dmarc=fail p=reject, but google.com vouches for it (arc=pass)'],
    ]);
    // The platform seals last, with what it found itself.
    const behind = decide(chain(['mail.google.com', PASS], ['cloudflare-email.net', 'mx.y; dmarc=fail']));
    expect(behind.disposition).toBe('inbox');
  });

  it.each([
    ['nobody trusted', chain(['evil.example', PASS])],
    ['somebody behind whom another sealed', chain(['google.com', PASS], ['evil.example', 'x; none'])],
    ['results about another author', chain(['google.com', 'x; dmarc=pass header.from=evil.example'])],
    ['results that failed too', chain(['google.com', 'x; dmarc=fail header.from=bank.example'])],
    ['a name that only ends like one', chain(['notgoogle.com', PASS])],
    [
      'a chain that is broken',
      { ...chain(['google.com', PASS]), arc: { result: 'fail', sets: [] } } as Partial<Findings>,
    ],
  ])('does not take the word of %s', (_what, over) => {
    expect(decide(over)).toMatchObject({ disposition: 'junk', reasons: ['dmarc=fail p=reject'] });
  });

  it.each([
    ['dmarc=pass', { dmarc: { result: 'pass', policy: 'none' } }],
    ['dkim=pass', { dkim: { result: 'pass', domains: ['other.example', 'bank.example'], unknown: [] } }],
    ['spf=pass', { spf: { result: 'pass', domain: 'bank.example' } }],
  ] as [string, Partial<Findings>][])('keeps out of Junk who is allowed and proven by %s', (proof, over) => {
    const verdict = decide({ ...over, spam: 0.99 }, allowed);
    expect([verdict.disposition, verdict.reasons]).toEqual([
      'inbox',
      [`allowed by user: @bank.example (${proof})`],
    ]);
  });

  it.each([
    ['a signature of another domain', { dkim: { result: 'pass', domains: ['evil.example'], unknown: [] } }],
    ['a sender below the author’s domain', { spf: { result: 'pass', domain: 'guest.bank.example' } }],
    [
      'a domain that only ends alike',
      { dkim: { result: 'pass', domains: ['ank.example', 'example'], unknown: [] } },
    ],
    [
      'SPF alone where DMARC failed',
      { spf: { result: 'pass', domain: 'bank.example' }, dmarc: { result: 'fail', policy: 'none' } },
    ],
    ['nothing', {}],
  ] as [string, Partial<Findings>][])('does not take %s for proof', (_what, over) => {
    expect(decide({ ...over, spam: 0.99 }, allowed).disposition).toBe('junk');
  });

  it('puts spam into Junk from the threshold on, and nothing where the filter is off', () => {
    expect(decide({ spam: 0.9 })).toMatchObject({
      disposition: 'junk',
      reasons: ['spam score 0.90 of 0.90'],
    });
    expect(decide({ spam: 0.89 }).disposition).toBe('inbox');
    expect(decide({ spam: 1 }, NOBODY, { ...DEFAULT_SPAM_SETTINGS, enabled: false }).disposition).toBe(
      'inbox',
    );
  });

  it('is shown as one field of ours, and not at all for what was not checked', () => {
    const verdict = decide({
      dmarc: { result: 'pass', policy: 'none' },
      spf: { result: 'pass', domain: 'x' },
    });
    expect(authResultsField(verdict, 'mx.test')).toBe(
      'Authentication-Results: mx.test;\r\n\tspf=pass; dkim=none; arc=none;\r\n\tdmarc=pass header.from=bank.example policy.dmarc=none\r\n',
    );
    expect(authResultsField({ ...verdict, fromDomain: 'x\r\nEvil: 1' }, 'mx.test')).not.toContain('Evil');
    expect(authResultsField(submittedVerdict('a.example'), 'mx.test')).toBe('');
  });
});

describe('the settings of the filter', () => {
  it('have defaults for what is absent or damaged', () => {
    for (const value of [null, 'x', { enabled: 'yes', threshold: 7, sealers: 3 }]) {
      expect(readSpamSettings(value)).toEqual(DEFAULT_SPAM_SETTINGS);
    }
    expect(
      readSpamSettings({ enabled: false, threshold: 0.5, suspectTlds: ['.ZIP', 'bad name'], sealers: [] }),
    ).toEqual({
      ...{ enabled: false, threshold: 0.5, suspectTlds: ['zip'], sealers: [] },
    });
  });

  it('refuse what makes no sense', () => {
    const change = (given: Parameters<typeof changeSpamSettings>[1]) =>
      changeSpamSettings(DEFAULT_SPAM_SETTINGS, given);
    expect(() => change({ threshold: 0 })).toThrow('threshold');
    expect(() => change({ threshold: 1.1 })).toThrow('threshold');
    expect(() => change({ suspectTlds: ['a b'] })).toThrow('suspectTlds');
    expect(() => change({ sealers: Array.from({ length: 101 }, (_, n) => `d${n}.example`) })).toThrow(
      'at most 100',
    );
    expect(change({ sealers: ['List.Example'] }).sealers).toEqual(['list.example']);
  });
});
