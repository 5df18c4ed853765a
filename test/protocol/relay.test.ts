/** The relay over sockets of workerd, with TLS by an authority of the test. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CarrierTestView, CarrierView, UserView } from '../../shared/admin-api.ts';
import type { Waypost } from '../support/harness.ts';
import { makeSmtpAuthority } from '../support/smtp-authority.ts';
import { type SmtpScript, type SmtpServer, startSmtpServer } from '../support/smtp-server.ts';

const { file, tls } = makeSmtpAuthority();
const accounts = [{ user: 'ann', secret: 'tajné heslo' }];
const servers: SmtpServer[] = [];
let hosts: Record<'plain' | 'starttls' | 'tls' | 'other', SmtpServer>;
let waypost: Waypost;
let user: UserView;

async function host(script: SmtpScript): Promise<SmtpServer> {
  const server = await startSmtpServer(script);
  servers.push(server);
  return server;
}

beforeAll(async () => {
  hosts = {
    plain: await host({}),
    starttls: await host({ tls, accounts }),
    tls: await host({ tls: { ...tls, implicit: true }, accounts }),
    other: await host({ tls: { ...makeSmtpAuthority().tls, implicit: true } }),
  };
  // What wrangler has workerd trust is read from this file when wrangler is loaded.
  process.env['NODE_EXTRA_CA_CERTS'] = file;
  const { startWaypost } = await import('../support/harness.ts');
  const ports = servers.map((server) => server.port).join(',');
  waypost = await startWaypost({ vars: { RELAY_ALLOW_PRIVATE: '1', RELAY_PORTS: ports } });
  user = await waypost.addUser('ann@one.example');
});

afterAll(async () => {
  await waypost?.stop();
  for (const server of servers) await server.stop();
});

const path = () => `/tenants/${user.tenantId}/carrier`;

async function choose(name: keyof typeof hosts, security: string, signIn: boolean): Promise<CarrierView> {
  return waypost.admin<CarrierView>('PUT', path(), {
    kind: 'smtp-relay',
    host: 'localhost',
    port: hosts[name].port,
    security,
    ...(signIn ? { auth: { user: 'ann', secret: 'tajné heslo' } } : {}),
  });
}

describe('a relay, from inside of workerd', () => {
  test.each([
    ['plain', 'plain', false],
    ['starttls', 'starttls', true],
    ['starttls', 'opportunistic', true],
    ['tls', 'tls', true],
  ] as const)('is reached: %s, %s', async (name, security, signIn) => {
    const chosen = await choose(name, security, signIn);
    expect(JSON.stringify(chosen)).not.toContain('tajné');
    expect(chosen).toMatchObject({ from: 'tenant', setting: { security } });
    const probe = await waypost.admin<CarrierTestView>('POST', `${path()}/test`);
    expect(probe).toMatchObject({ ok: true, error: null, encrypted: security !== 'plain' });
    expect(hosts[name].commands.at(-1)).toBe('QUIT');
    if (signIn) expect(probe.transcript.map((t) => t.line)).toContain('AUTH PLAIN ***');
  });

  test('with a certificate of an authority that nobody knows is not spoken to', async () => {
    await choose('other', 'tls', false);
    const probe = await waypost.admin<CarrierTestView>('POST', `${path()}/test`);
    expect(probe.ok).toBe(false);
    expect(hosts.other.commands).toEqual([]);
  });

  test('that does not offer TLS is not spoken to where it must', async () => {
    await choose('plain', 'starttls', false);
    expect(await waypost.admin<CarrierTestView>('POST', `${path()}/test`)).toMatchObject({
      ok: false,
      error: 'the host does not offer STARTTLS',
    });
  });

  test('that is no host, or on a port that is not allowed, is refused', async () => {
    const body = { kind: 'smtp-relay', host: 'localhost', port: 22, security: 'plain' };
    await expect(waypost.admin('PUT', path(), body)).rejects.toThrow(/400 .*port 22/);
    const odd = { ...body, host: '0x7f.1', port: hosts.plain.port };
    await expect(waypost.admin('PUT', path(), odd)).rejects.toThrow(/400 /);
    const clear = {
      ...body,
      host: 'mail.example.com',
      port: hosts.plain.port,
      auth: { user: 'a', secret: 'b' },
    };
    await expect(waypost.admin('PUT', path(), clear)).rejects.toThrow(/400 .*TLS/);
    await expect(waypost.admin('PUT', path(), { ...body, extra: 1 })).rejects.toThrow(/400 /);
    await expect(waypost.admin('GET', '/tenants/none/carrier')).rejects.toThrow(/404 /);
  });

  test('is forgotten', async () => {
    const deleted = await waypost.fetch(`/admin/v1${path()}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${waypost.adminToken}` },
    });
    expect(deleted.status).toBe(204);
    expect(await waypost.admin<CarrierView>('GET', path())).toEqual({
      setting: { kind: 'none' },
      from: 'installation',
      attachmentLinks: false,
    });
    await expect(waypost.admin('POST', `${path()}/test`)).rejects.toThrow(/400 /);
    expect(
      await waypost.admin<CarrierView>('PUT', `/tenants/${user.tenantId}/attachment-links`, {
        enabled: true,
      }),
    ).toMatchObject({ attachmentLinks: true });
  });
});
