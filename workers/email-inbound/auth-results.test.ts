import { describe, expect, it } from 'vitest';
import { platformAuthResults } from './auth-results.ts';

const ID = 'mx.waypost.local';
function headers(...fields: string[]): Headers {
  const h = new Headers();
  for (const f of fields) h.append('Authentication-Results', f);
  return h;
}

describe('platformAuthResults', () => {
  it('takes the topmost field when it carries our authserv-id', () => {
    expect(platformAuthResults(headers(`${ID}; dkim=pass header.d=a.example`), ID)).toBe(
      `${ID}; dkim=pass header.d=a.example`,
    );
    expect(platformAuthResults(headers(`MX.Waypost.Local 1; none`), ID)).toBe('MX.Waypost.Local 1; none');
  });

  it('leaves out what a sender wrote further down, even under our name (A25)', () => {
    const own = `${ID}; spf=fail (sender 192.0.2.1, not permitted) smtp.mailfrom="a,b"@x.example`;
    expect(platformAuthResults(headers(own, `${ID}; dmarc=pass`), ID)).toBe(own);
  });

  it.each([
    [['evil.example; dmarc=pass', `${ID}; dmarc=pass`]],
    [[`${ID}.evil.example; dmarc=pass`]],
    [[`${ID} dmarc=pass`]],
    [[`${ID}; spf=pass (never closed`, `${ID}; dmarc=pass`]],
    [[`${ID}; spf=pass "never closed`, `${ID}; dmarc=pass`]],
    [['']],
  ])('trusts nothing of %j', (fields) => {
    expect(platformAuthResults(headers(...fields), ID)).toBe('');
  });

  it('is empty without the header and bounded with a huge one', () => {
    expect(platformAuthResults(new Headers(), ID)).toBe('');
    expect(platformAuthResults(headers(`${ID}; ${'x'.repeat(9000)}`), ID)).toHaveLength(2000);
  });
});
