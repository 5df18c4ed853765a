import { afterEach, describe, expect, test } from 'vitest';
import type { Consignment } from '../../core/ports/carrier.ts';
import type { Dns } from '../../core/ports/dns.ts';
import { checkHost, checkHostForm } from '../../platform/host-check.ts';
import { createSeal } from '../../platform/sealed.ts';
import { nodeConnect } from '../../test/support/node-connect.ts';
import { type SmtpScript, type SmtpServer, startSmtpServer } from '../../test/support/smtp-server.ts';
import { type CarrierServices, createCarriers } from './index.ts';
import { parseDefault, readSetting } from './setting.ts';

const open: SmtpServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});

interface House {
  script?: SmtpScript;
  allowPrivate?: boolean;
  key?: string | null;
  outboundDefault?: (port: number) => string;
  email?: boolean;
}

async function house({ script = {}, allowPrivate = true, key = 'k'.repeat(32), ...rest }: House = {}) {
  const server = await startSmtpServer(script);
  open.push(server);
  const settings = new Map<string, unknown>();
  const state = { now: 1_800_000_000_000 };
  const dns: Dns = { query: async () => ({ kind: 'none' }) };
  const policy = { ports: [465, 587, server.port], allowPrivate };
  const name = (tenantId: string, setting: string) => `${tenantId} ${setting}`;
  const directory: CarrierServices['directory'] = {
    getTenantSetting: async (tenantId, setting) => settings.get(name(tenantId, setting)) ?? null,
    putTenantSetting: async (tenantId, setting, value) => {
      if (value === null) settings.delete(name(tenantId, setting));
      else settings.set(name(tenantId, setting), structuredClone(value));
    },
  };
  const carriers = createCarriers({
    ...{ directory, recent: directory },
    seal: key === null ? null : createSeal(key),
    hosts: {
      form: (host, port) => checkHostForm(host, port, policy),
      now: (host, port) => checkHost(dns, host, port, policy),
      allowPrivate,
    },
    connect: nodeConnect(),
    email:
      rest.email === true
        ? {
            binding: { send: async () => ({ messageId: '<i@cf>' }) },
            make: async (from, to) => ({ from, to }),
          }
        : null,
    config: {
      outboundDefault: rest.outboundDefault?.(server.port) ?? 'none',
      heloName: 'out.one.example',
      maxMessageBytes: 1000,
    },
    now: () => state.now,
    defer: () => undefined,
  });
  const relay = { kind: 'smtp-relay', host: '127.0.0.1', port: server.port, security: 'plain' } as const;
  return { server, carriers, settings, state, relay };
}

function mail(): Consignment {
  const raw = Buffer.from('From: a@x.example\r\n\r\nx\r\n');
  return {
    mailFrom: 'ann@one.example',
    recipients: ['bob@two.example'],
    open: () => new Blob([raw]).stream(),
    size: raw.length,
    needs: { smtputf8: false, eightBit: false },
    messageId: 'a@b',
    correlationId: 'c',
  };
}

describe('the way of a tenant', () => {
  test('is the one it chose, with the password it gave, which is kept sealed', async () => {
    const accounts = [{ user: 'ann', secret: 'tajné' }];
    const { server, carriers, settings, relay } = await house({ script: { accounts } });
    await carriers.choose('t1', { ...relay, auth: { user: 'ann', secret: 'tajné' } });
    expect(JSON.stringify([...settings])).not.toContain('tajné');
    const carrier = await carriers.carrierFor('t1');
    expect(await carrier?.send(mail())).toMatchObject([{ outcome: 'sent' }]);
    expect(server.messages[0]?.user).toBe('ann');
    expect(await carriers.inForce('t1')).toEqual({
      setting: { ...relay, auth: { user: 'ann', mechanism: 'auto' }, maxBytes: 1000 },
      from: 'tenant',
      attachmentLinks: false,
    });
    expect(await carriers.carrierFor('t2')).toBeNull();
    await carriers.close();
    expect(server.commands.at(-1)).toBe('QUIT');
  });

  test('keeps its password for the same host and user, and for no other', async () => {
    const { carriers, relay } = await house();
    await carriers.choose('t1', { ...relay, auth: { user: 'ann', secret: 'x' } });
    await carriers.choose('t1', { ...relay, auth: { user: 'ann', mechanism: 'login' } });
    expect(await carriers.inForce('t1')).toMatchObject({ setting: { auth: { mechanism: 'login' } } });
    const other = { ...relay, host: '127.0.0.2', auth: { user: 'ann' } };
    await expect(carriers.choose('t1', other)).rejects.toThrow('the secret is missing');
    await expect(carriers.choose('t1', { ...relay, auth: { user: 'bob' } })).rejects.toThrow(
      'the secret is missing',
    );
  });

  test('cannot be read with a password that another tenant sealed', async () => {
    const { carriers, settings, relay } = await house();
    await carriers.choose('t1', { ...relay, auth: { user: 'ann', secret: 'x' } });
    settings.set('t2 carriers', settings.get('t1 carriers'));
    await expect(carriers.carrierFor('t2')).rejects.toThrow('does not open');
  });

  test('with a password needs the secret of the installation', async () => {
    const { carriers, relay } = await house({ key: null });
    await expect(
      carriers.choose('t1', { ...relay, auth: { user: 'ann', secret: 'x' } }),
    ).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('SECRETS_KEY'),
    });
    await carriers.choose('t1', relay);
    expect(await carriers.carrierFor('t1')).not.toBeNull();
  });

  test('is that of the installation until it chooses, and again when it forgets', async () => {
    const { server, carriers, relay, state } = await house({
      outboundDefault: (port) => `smtp://127.0.0.1:${port}`,
      allowPrivate: false,
    });
    // The operator may name hosts that tenants may not.
    expect(await (await carriers.carrierFor('t1'))?.send(mail())).toMatchObject([{ outcome: 'sent' }]);
    expect(await carriers.carrierFor('t1')).toBe(await carriers.carrierFor('t2'));
    expect(await carriers.inForce('t1')).toMatchObject({
      from: 'installation',
      setting: { kind: 'smtp-relay' },
    });
    await carriers.choose('t1', { kind: 'none' });
    expect(await carriers.carrierFor('t1')).toBeNull();
    await carriers.forget('t1');
    expect(await carriers.carrierFor('t1')).not.toBeNull();
    expect(server.messages).toHaveLength(1);
    expect(relay.kind).toBe('smtp-relay');
    state.now += 60_000;
    expect(await carriers.carrierFor('t2')).not.toBeNull();
  });

  test('by Cloudflare needs the binding', async () => {
    const without = await house();
    await expect(without.carriers.choose('t1', { kind: 'cloudflare-email' })).rejects.toThrow('SEND_EMAIL');
    const { carriers } = await house({ email: true });
    await carriers.choose('t1', { kind: 'cloudflare-email' });
    expect(await (await carriers.carrierFor('t1'))?.send(mail())).toMatchObject([{ remoteId: 'i@cf' }]);
  });

  test('that is damaged counts as none chosen', async () => {
    const { carriers, settings } = await house();
    for (const value of ['x', 5, {}, { kind: 'smtp-relay' }, { kind: 'smtp-relay', host: 'x', port: 'y' }]) {
      settings.set('t1 carriers', value);
      expect(await carriers.inForce('t1')).toMatchObject({ from: 'installation' });
    }
  });

  test('says whether large attachments become links', async () => {
    const { carriers } = await house();
    await carriers.setAttachmentLinks('t1', true);
    expect((await carriers.inForce('t1')).attachmentLinks).toBe(true);
    await carriers.setAttachmentLinks('t1', false);
    expect((await carriers.inForce('t1')).attachmentLinks).toBe(false);
  });
});

describe('a host that a tenant names', () => {
  test.each([
    '127.0.0.1',
    'localhost',
    '10.0.0.1',
    '169.254.169.254',
    '::1',
    '0x7f000001',
    '2130706433',
    'a b',
  ])('is refused where it must be: %s', async (host) => {
    const { carriers, relay } = await house({ allowPrivate: false });
    await expect(carriers.choose('t1', { ...relay, host })).rejects.toMatchObject({ code: 'invalid-input' });
  });

  test('is refused on other ports, and with a password in the clear', async () => {
    const { carriers, relay } = await house();
    await expect(carriers.choose('t1', { ...relay, port: 22 })).rejects.toThrow('port 22');
    const auth = { user: 'ann', secret: 'x' };
    await expect(carriers.choose('t1', { ...relay, host: 'mail.two.example', auth })).rejects.toThrow('TLS');
    await expect(carriers.choose('t1', { ...relay, auth: { user: 'ann', secret: 'x\0y' } })).rejects.toThrow(
      'control characters',
    );
  });

  test('is looked at again before each connection', async () => {
    const { server, carriers, settings, relay } = await house({ allowPrivate: false });
    // As if it had been fine when it was named.
    settings.set('t1 carriers', { ...relay, auth: null, sealedSecret: null, maxBytes: 1000 });
    expect(await (await carriers.carrierFor('t1'))?.send(mail())).toMatchObject([
      { outcome: 'retry', text: expect.stringContaining('private network') },
    ]);
    await expect(carriers.probe('t1')).rejects.toMatchObject({ code: 'invalid-input' });
    expect(server.connections).toBe(0);
  });

  test('is tried by the test of a relay', async () => {
    const { carriers, relay } = await house();
    await carriers.choose('t1', relay);
    expect(await carriers.probe('t1')).toMatchObject({ ok: true, encrypted: false });
    await expect(carriers.probe('t2')).rejects.toThrow('does not go by a relay');
  });
});

describe('OUTBOUND_DEFAULT', () => {
  test('names a relay as a URL', () => {
    expect(parseDefault('smtps://ann%40x:p%3Ass@smtp.two.example', 5)).toEqual({
      setting: {
        ...{ kind: 'smtp-relay', host: 'smtp.two.example', port: 465, security: 'tls', maxBytes: 5 },
        auth: { mechanism: 'auto', user: 'ann@x' },
      },
      secret: 'p:ss',
    });
    expect(parseDefault('smtp+starttls://[::1]?mechanism=xoauth2', 5)).toEqual({
      setting: { kind: 'smtp-relay', host: '::1', port: 587, security: 'starttls', maxBytes: 5, auth: null },
      secret: null,
    });
    expect(parseDefault('none', 5)).toEqual({ setting: { kind: 'none' }, secret: null });
  });

  test.each([
    '',
    'http://x',
    'smtps://u:geheim@',
    'smtps://u:geheim@h?mechanism=magic',
    'u:geheim@host',
  ])('is refused without telling what is secret in it: %s', (text) => {
    expect(() => parseDefault(text, 5)).toThrow(/^OUTBOUND_DEFAULT: (?!.*geheim)/);
  });

  test('a stored relay that lacks things is read with care', () => {
    expect(
      readSetting(
        { kind: 'smtp-relay', host: 'h', port: 1, security: 'tls', auth: { user: 'u', mechanism: '?' } },
        9,
      ),
    ).toEqual({
      ...{ kind: 'smtp-relay', host: 'h', port: 1, security: 'tls', maxBytes: 9, sealedSecret: null },
      auth: { user: 'u', mechanism: 'auto' },
    });
  });
});
