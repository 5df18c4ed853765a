import { describe, expect, it } from 'vitest';
import { remoteInstallation } from './remote.ts';

describe('the installation that the environment names', () => {
  it('is none without an address', () => {
    expect(remoteInstallation({})).toBeNull();
    expect(remoteInstallation({ WAYPOST_URL: '', WAYPOST_ADMIN_TOKEN: 'x' })).toBeNull();
  });

  it('needs an address of the web and a token', () => {
    const env = { WAYPOST_URL: 'https://mail.example.com', WAYPOST_ADMIN_TOKEN: 'secret' };
    expect(remoteInstallation(env)).toMatchObject({
      token: 'secret',
      url: new URL('https://mail.example.com'),
    });
    expect(() => remoteInstallation({ ...env, WAYPOST_URL: 'mail.example.com' })).toThrow('no http');
    expect(() => remoteInstallation({ ...env, WAYPOST_URL: 'file:///etc/passwd' })).toThrow('no http');
    expect(() => remoteInstallation({ WAYPOST_URL: 'https://mail.example.com' })).toThrow(
      'WAYPOST_ADMIN_TOKEN',
    );
  });
});
