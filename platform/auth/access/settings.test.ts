import { describe, expect, it } from 'vitest';
import { readAccess } from './settings.ts';

const AUD = '32eafc7626e737692cb1b7ac7b6ad0f1';
const read = (over: object = {}, local = false) =>
  readAccess({ teamDomain: 'acme', audiences: AUD, edges: 'admin', certsUrl: '', ...over }, local);

describe('the settings of Cloudflare Access', () => {
  it('name a team, whose keys are at its own host', () => {
    const settings = {
      ...{ issuer: 'https://acme.cloudflareaccess.com', audiences: [AUD], edges: ['admin'] },
      certsUrl: 'https://acme.cloudflareaccess.com/cdn-cgi/access/certs',
    };
    expect(read()).toEqual(settings);
    expect(read({ teamDomain: 'acme.cloudflareaccess.com' })).toEqual(settings);
    expect(read({ teamDomain: '', audiences: '' })).toBeNull();
  });

  it.each([
    { teamDomain: '' },
    { audiences: '' },
    { edges: '' },
    { edges: 'admin,activesync' },
    { edges: 'ews' },
    { edges: 'webmail' },
    { teamDomain: 'https://acme.cloudflareaccess.com' },
    { teamDomain: 'acme.cloudflareaccess.com.evil.example' },
    { teamDomain: 'evil.example' },
    { audiences: 'short' },
    { certsUrl: 'https://keys.example/certs' },
    { certsUrl: 'http://127.0.0.1:9/certs' },
  ])('are refused half or wrong: %j', (over) => {
    expect(() => read(over)).toThrow(/^configuration: ACCESS_/);
  });

  it('may name keys on this machine where that is allowed, and nowhere else', () => {
    expect(read({ certsUrl: 'http://127.0.0.1:9/certs' }, true)?.certsUrl).toBe('http://127.0.0.1:9/certs');
    expect(() => read({ certsUrl: 'http://keys.example/certs' }, true)).toThrow(/ACCESS_CERTS_URL/);
  });
});
