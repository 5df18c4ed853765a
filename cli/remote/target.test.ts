import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialsPath, keepToken } from './credentials.ts';
import { readTarget, remoteInstallation, withTarget } from './target.ts';

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'waypost-credentials-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** An environment with nothing kept in it, unless the test keeps something. */
const empty = () => ({ XDG_CONFIG_HOME: join(home, 'empty') });

describe('the installation that the environment names', () => {
  it('is none without an address', () => {
    expect(remoteInstallation(empty())).toBeNull();
    expect(remoteInstallation({ ...empty(), WAYPOST_URL: '', WAYPOST_ADMIN_TOKEN: 'x' })).toBeNull();
  });

  it('needs an address of the web and a token', () => {
    const env = { ...empty(), WAYPOST_URL: 'https://mail.example.com', WAYPOST_ADMIN_TOKEN: 'secret' };
    expect(remoteInstallation(env)).toMatchObject({
      token: 'secret',
      url: new URL('https://mail.example.com'),
    });
    expect(() => remoteInstallation({ ...env, WAYPOST_URL: 'mail.example.com' })).toThrow('no http');
    expect(() => remoteInstallation({ ...env, WAYPOST_URL: 'file:///etc/passwd' })).toThrow('no http');
    expect(() => remoteInstallation({ ...env, WAYPOST_ADMIN_TOKEN: '' })).toThrow('WAYPOST_ADMIN_TOKEN');
  });

  it('is never sent its token in clear, but on this machine', () => {
    const env = { ...empty(), WAYPOST_ADMIN_TOKEN: 'secret' };
    expect(() => remoteInstallation({ ...env, WAYPOST_URL: 'http://mail.example.com' })).toThrow(
      'plain http',
    );
    expect(remoteInstallation({ ...env, WAYPOST_URL: 'http://127.0.0.1:8787' })?.token).toBe('secret');
  });
});

describe('the installation that the command line names', () => {
  const remote = (url: string | null) => ({ kind: 'remote', url }) as const;

  it.each([
    [['user', 'list'], ['user', 'list'], null],
    [['--remote', 'user', 'list'], ['user', 'list'], remote(null)],
    [
      ['user', 'list', '--remote', 'https://a.example', '--json'],
      ['user', 'list', '--json'],
      remote('https://a.example'),
    ],
    [['user', '--remote=https://a.example', 'list'], ['user', 'list'], remote('https://a.example')],
    [['user', 'show', '--remote', 'ann@a.example'], ['user', 'show', 'ann@a.example'], remote(null)],
    [['user', 'list', '--local'], ['user', 'list'], { kind: 'local' }],
    [['user', '--', '--remote'], ['user', '--', '--remote'], null],
  ])('is read from %j', (argv, rest, target) => {
    expect(readTarget(argv)).toEqual({ argv: rest, target });
  });

  it('is one', () => {
    expect(() => readTarget(['--local', 'user', 'list', '--remote'])).toThrow('one installation');
  });

  it('comes before that of the environment, whose token it is not given', async () => {
    const env = { ...empty(), WAYPOST_URL: 'https://a.example', WAYPOST_ADMIN_TOKEN: 'of a' };
    const at = (url: string | null) =>
      withTarget(remote(url), async () => remoteInstallation(env)?.url.origin);
    expect(await at(null)).toBe('https://a.example');
    expect(await at('https://a.example/admin')).toBe('https://a.example');
    await expect(at('https://b.example')).rejects.toThrow('no token for https://b.example');
    expect(await withTarget({ kind: 'local' }, async () => remoteInstallation(env))).toBeNull();
  });

  it('is the one of the last login when none is named, and the file is for its owner alone', async () => {
    const env = { XDG_CONFIG_HOME: join(home, 'kept') };
    await expect(withTarget(remote(null), async () => remoteInstallation(env))).rejects.toThrow('login');
    await keepToken('https://a.example', 'of a', env);
    await keepToken('https://b.example', 'of b', env);
    const ask = (url: string | null) => withTarget(remote(url), async () => remoteInstallation(env));
    expect((await ask(null))?.url.origin).toBe('https://b.example');
    expect((await ask('https://a.example'))?.token).toBe('of a');
    expect(statSync(credentialsPath(env)).mode & 0o777).toBe(0o600);
    chmodSync(credentialsPath(env), 0o644);
    await expect(ask(null)).rejects.toThrow('can be read by others');
  });
});
