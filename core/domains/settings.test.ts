import { describe, expect, it } from 'vitest';
import { mtaStsAllows, mtaStsPolicy } from './mta-sts.ts';
import { NO_DOMAIN_SETTINGS, readDomainSettings } from './settings.ts';

describe('settings of a domain', () => {
  it('are what was stored', () => {
    const stored = {
      mtaSts: { mode: 'testing', maxAgeSeconds: 86_400, mx: ['*.host.test'] },
      spf: ['include:relay.test', 'ip6:2001:db8::/32'],
      tlsReports: 'tls@one.test',
    };
    expect(readDomainSettings(stored)).toEqual(stored);
  });

  it('have their default where they are absent or damaged', () => {
    for (const value of [
      null,
      undefined,
      'x',
      7,
      [],
      {},
      { mtaSts: { mode: 'on' }, spf: ['+all', 3], tlsReports: 'x' },
    ])
      expect(readDomainSettings(value)).toEqual(NO_DOMAIN_SETTINGS);
    expect(
      readDomainSettings({ mtaSts: { mode: 'none', maxAgeSeconds: 1e12, mx: ['a b\r\nmode: none'] } }).mtaSts,
    ).toEqual({ mode: 'none', maxAgeSeconds: 31_557_600, mx: null });
  });
});

describe('the policy', () => {
  it('has its lines as RFC 8461 3.2 wants them', () => {
    const policy = mtaStsPolicy({ mode: 'enforce', maxAgeSeconds: 604_800, mx: null }, [
      'mx1.host.test',
      '*.else.test',
    ]);
    expect(policy).toBe(
      'version: STSv1\r\nmode: enforce\r\nmx: mx1.host.test\r\nmx: *.else.test\r\nmax_age: 604800\r\n',
    );
  });

  it('lets mail go to its hosts, a star standing for one label', () => {
    const patterns = ['mx1.host.test', '*.else.test'];
    expect(
      ['mx1.host.test', 'a.else.test', 'else.test', 'a.b.else.test', 'mx2.host.test'].map((h) =>
        mtaStsAllows(patterns, h),
      ),
    ).toEqual([true, true, false, false, false]);
  });
});
