import { describe, expect, test } from 'vitest';
import { at, mail, relayHouse } from '../../test/support/relay-house.ts';
import { ALL_CAPABILITIES } from '../../test/support/smtp-server.ts';
import { probeRelay } from './index.ts';

const { house, tls } = relayHouse();

describe('TLS', () => {
  const credentials = { mechanism: 'auto', user: 'ann', secret: 'tajné heslo' } as const;
  const accounts = [{ user: 'ann', secret: 'tajné heslo' }];

  test('from the first byte', async () => {
    const script = { accounts, tls: { ...tls, implicit: true } };
    const { server, relay } = await house(script, { security: 'tls', credentials });
    expect((await relay.send(mail()))[0]?.outcome).toBe('sent');
    expect(server.messages[0]).toMatchObject({ encrypted: true, user: 'ann' });
  });

  test.each(['starttls', 'opportunistic'] as const)('by STARTTLS, %s', async (security) => {
    const script = { accounts, tls, capabilities: ['PIPELINING'], capabilitiesTls: ALL_CAPABILITIES };
    const { server, relay } = await house(script, { security, credentials });
    expect((await relay.send(mail()))[0]?.outcome).toBe('sent');
    expect(server.messages[0]).toMatchObject({ encrypted: true, user: 'ann' });
    // What the host says under TLS counts.
    expect(server.messages[0]?.mailParameters).toContain('SIZE=');
    expect(server.commands.slice(0, 3)).toEqual(['EHLO out.one.example', 'STARTTLS', 'EHLO out.one.example']);
  });

  test('that is required and not there sends nothing', async () => {
    const { server, relay } = await house({}, { security: 'starttls' });
    expect(await relay.send(mail())).toMatchObject([{ outcome: 'retry', status: '4.7.5' }]);
    expect(server.commands).toEqual(['EHLO out.one.example']);
  });

  test('that is not there and not required sends the message, but never credentials', async () => {
    const without = await house({}, { security: 'opportunistic' });
    expect((await without.relay.send(mail()))[0]?.outcome).toBe('sent');
    for (const security of ['opportunistic', 'plain'] as const) {
      const { server, relay } = await house({ accounts }, { security, credentials });
      expect(await relay.send(mail())).toMatchObject([{ outcome: 'retry', status: '4.7.5' }]);
      expect(server.commands.some((line) => line.startsWith('AUTH'))).toBe(false);
    }
    const known = await house({ accounts }, { security: 'plain', credentials, clearCredentials: true });
    expect((await known.relay.send(mail()))[0]?.outcome).toBe('sent');
  });

  test('with a certificate of somebody else sends nothing', async () => {
    const { server, relay } = await house(
      { tls: { ...tls, implicit: true } },
      { security: 'tls', host: '127.0.0.2' },
    );
    expect((await relay.send(mail()))[0]?.outcome).toBe('retry');
    expect(server.commands).toEqual([]);
  });

  test('takes nothing for answers that came before it', async () => {
    const { relay } = await house(
      { tls, ...at('STARTTLS', { raw: '220 go on\r\n250-evil\r\n250 AUTH PLAIN\r\n', and: 'go-on' }) },
      { security: 'starttls', credentials },
    );
    expect(await relay.send(mail())).toMatchObject([{ outcome: 'retry', status: '4.7.5' }]);
  });

  test('that fails in the handshake sends nothing', async () => {
    const { server, relay } = await house(
      { ...at('STARTTLS', { raw: '220 go on\r\n', and: 'drop' }), capabilities: ['STARTTLS'] },
      { security: 'starttls' },
    );
    expect((await relay.send(mail()))[0]?.outcome).toBe('retry');
    expect(server.messages).toEqual([]);
  });
});

describe('signing in', () => {
  const accounts = [{ user: 'ann', secret: 'token' }];

  test.each(['plain', 'login', 'xoauth2', 'auto'] as const)('by %s', async (mechanism) => {
    const good = await house(
      { accounts },
      { clearCredentials: true, credentials: { mechanism, user: 'ann', secret: 'token' } },
    );
    expect((await good.relay.send(mail()))[0]?.outcome).toBe('sent');
    expect(good.server.messages[0]?.user).toBe('ann');
    const bad = await house(
      { accounts },
      { clearCredentials: true, credentials: { mechanism, user: 'ann', secret: 'wrong' } },
    );
    expect(await bad.relay.send(mail())).toMatchObject([{ outcome: 'retry', status: '4.7.8' }]);
  });

  test('by a way that the host does not offer, or with separators in the name, is not tried', async () => {
    const none = await house(
      { capabilities: ['AUTH=LOGIN'] },
      { clearCredentials: true, credentials: { mechanism: 'xoauth2', user: 'ann', secret: 'x' } },
    );
    expect(await none.relay.send(mail())).toMatchObject([{ status: '4.7.4' }]);
    const odd = await house(
      { accounts },
      { clearCredentials: true, credentials: { mechanism: 'plain', user: 'ann\0root', secret: 'x' } },
    );
    expect(await odd.relay.send(mail())).toMatchObject([{ status: '4.7.8' }]);
  });

  test('shows no secret in the record of a test', async () => {
    const { to, connect } = await house(
      { accounts },
      { clearCredentials: true, credentials: { mechanism: 'login', user: 'ann', secret: 'token' } },
    );
    const probe = await probeRelay(connect, to);
    expect(probe).toMatchObject({ ok: true, error: null, encrypted: false });
    expect(probe.capabilities).toMatchObject({ pipelining: true, size: 26214400 });
    const text = JSON.stringify(probe.transcript);
    for (const secret of [
      'token',
      'ann"',
      Buffer.from('token').toString('base64'),
      Buffer.from('ann').toString('base64'),
    ])
      expect(text).not.toContain(secret);
    expect(probe.transcript.map((t) => t.line)).toContain('***');
    expect(probe.transcript.filter((t) => t.who === 'client').at(-1)?.line).toBe('QUIT');
  });

  test('that fails is told by the test of a relay', async () => {
    const { to, connect } = await house({}, { security: 'starttls' });
    expect(await probeRelay(connect, to)).toMatchObject({
      ok: false,
      error: 'the host does not offer STARTTLS',
    });
  });
});
