/** What a phone sends to other hosts, in workerd: by a relay, by Cloudflare Email Service, with links for large files. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LinkView, Page, UserView } from '../../shared/admin-api.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { type SmtpServer, startSmtpServer } from '../support/smtp-server.ts';
import { sendingKit } from './sending-kit.ts';

let relay: SmtpServer;
let server: Waypost;
let tenantId: string;
const { newPhone, inbox, encode, request, post, plain } = sendingKit(() => server);

beforeAll(async () => {
  relay = await startSmtpServer({
    on: ({ verb, line }) => (verb === 'RCPT' && line.includes('<nobody@') ? '550 5.1.1 not here' : undefined),
  });
  server = await startWaypost({
    vars: { RELAY_ALLOW_PRIVATE: '1', RELAY_PORTS: String(relay.port), FILES_URL: 'https://files.mail.test' },
  });
  ({ tenantId } = (await server.addUser('first@mail.test', 'a-password')) as UserView);
  await server.admin('PUT', `/tenants/${tenantId}/carrier`, {
    ...{ kind: 'smtp-relay', host: '127.0.0.1', port: relay.port, security: 'plain', maxBytes: 100_000 },
  });
});
afterAll(async () => {
  await server?.stop();
  await relay?.stop();
});

async function eventually<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 300; i++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come');
}

const arrived = (subject: string) =>
  eventually(() =>
    relay.messages.find((m) => m.bytes.toString('latin1').includes(`Subject: ${subject}\r\n`)),
  );

describe('a message to another host', () => {
  test('goes by the relay of the tenant, without its Bcc, to everybody it is for', async () => {
    const ann = await newPhone();
    const mime = plain(ann, 'bob@away.test', 'Out', '.hidden dot\n.', 'Bcc: cid@away.test\n');
    expect(await post(ann, 'SendMail', request('SendMail', mime))).toBe('sent');
    const out = await arrived('Out');
    expect(out.mailFrom).toBe(ann.address);
    expect([...out.recipients].sort()).toEqual(['bob@away.test', 'cid@away.test']);
    const text = out.bytes.toString('latin1');
    expect(text).toContain('\r\n\r\n.hidden dot\r\n.\r\n');
    expect(text).not.toMatch(/bcc|cid@/i);
    expect(out.wire.toString('latin1')).toContain('\r\n..hidden dot\r\n..\r\n');
    expect(out.mailParameters).toContain('RET=HDRS');
  });

  test('that one recipient cannot get is told to its sender, and reaches the other', async () => {
    const ann = await newPhone();
    const mime = plain(ann, 'nobody@away.test, bob@away.test', 'Partly');
    await post(ann, 'SendMail', request('SendMail', mime));
    expect((await arrived('Partly')).recipients).toEqual(['bob@away.test']);
    const [report] = await eventually(async () => {
      const items = await inbox(ann);
      return items.length > 0 ? items : undefined;
    });
    expect(JSON.stringify(report)).toContain('nobody@away.test');
    expect(JSON.stringify(report)).toContain('550 5.1.1 not here');
  });

  test('with too large a file has a link to it, which can be revoked', async () => {
    await server.admin('PUT', `/tenants/${tenantId}/attachment-links`, { enabled: true });
    const ann = await newPhone();
    const file = Buffer.from(Array.from({ length: 150_000 }, (_, i) => (i * 7) % 256));
    const mime = encode(
      [
        `From: ${ann.address}\nTo: bob@away.test\nSubject: Linked\nMIME-Version: 1.0`,
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nSee the file.\n--b',
        'Content-Type: application/octet-stream; name="data.bin"\nContent-Disposition: attachment; filename="data.bin"',
        `Content-Transfer-Encoding: base64\n\n${file.toString('base64').replace(/(.{76})/g, '$1\n')}\n--b--\n`,
      ].join('\n'),
    );
    await post(ann, 'SendMail', request('SendMail', mime));
    const text = (await arrived('Linked')).bytes.toString('latin1');
    expect(text.length).toBeLessThan(3000);
    expect(text).toContain('See the file.\r\n\r\nFiles of this message');
    const path = /https:\/\/files\.mail\.test(\/files\/\S+)/.exec(text)?.[1] ?? '';
    const got = await server.fetch(path);
    expect(got.status).toBe(200);
    expect(Buffer.from(await got.arrayBuffer()).equals(file)).toBe(true);
    const part = await server.fetch(path, { headers: { range: 'bytes=149990-' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(file.subarray(149_990))).toBe(true);
    const { items } = await server.admin<Page<LinkView>>('GET', `/tenants/${tenantId}/links`);
    expect(items).toMatchObject([{ name: 'data.bin', size: 150_000, state: 'open' }]);
    expect(JSON.stringify(items)).not.toContain(path.slice(-20));
    const revoked = await server.fetch(`/admin/v1/tenants/${tenantId}/links/${items[0]?.linkId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${server.adminToken}` },
    });
    expect(revoked.status).toBe(204);
    expect((await server.fetch(path)).status).toBe(410);
    expect((await server.fetch(`${path.slice(0, -1)}_`)).status).toBe(404);
  });

  test('goes by Cloudflare Email Service where the tenant wants that', async () => {
    await server.admin('PUT', `/tenants/${tenantId}/carrier`, { kind: 'cloudflare-email' });
    const ann = await newPhone();
    const [before, seen] = [relay.taken, server.logs().length];
    await post(ann, 'SendMail', request('SendMail', plain(ann, 'bob@away.test', 'Cloud')));
    const line = await eventually(() =>
      server
        .logs()
        .slice(seen)
        .find((l) => l.event === 'outbound.delivered' && l['state'] === 'done'),
    );
    expect(line).toMatchObject({ sent: 1, failed: 0, waiting: 0 });
    expect(relay.taken).toBe(before);
  });
});
