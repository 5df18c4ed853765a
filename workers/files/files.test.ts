import { describe, expect, test } from 'vitest';
import type { AttachmentLink } from '../../core/ports/links.ts';
import type { AuditFacts, AuditTrail } from '../../platform/audit/trail.ts';
import { parseRange } from '../../platform/byte-range.ts';
import { createMemoryBlobStore, createMemoryStores } from '../../store/memory/index.ts';
import { createFiles } from './index.ts';

const TOKEN = `t1.${'A'.repeat(43)}`;
const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256));
const LINK: AttachmentLink = {
  ...{ tenantId: 't1', linkId: 'l1', tokenHash: '', mailboxId: 'm', submissionId: 's', rawKey: 'links/a' },
  ...{ bodyStart: 5, bodyEnd: 0, encoding: 'base64', mediaType: 'application/pdf', name: 'Zpráva.pdf' },
  ...{ size: CONTENT.length, createdAt: 1, endsAt: 1000, revoked: false },
};

async function house(over: Partial<AttachmentLink> = {}) {
  const { directory, links } = createMemoryStores();
  const blobs = createMemoryBlobStore();
  await directory.createTenant({ tenantId: 't1', name: 't1', status: 'active', mailShard: 'MAIL_1' });
  const encoded = CONTENT.toString('base64').replace(/(.{76})/g, '$1\r\n');
  const raw = Buffer.from(`HEAD:${encoded}\r\n--b--`);
  await blobs.putRaw('links/a', new Blob([raw]).stream(), {
    ...{ tenantId: 't1', mailboxId: 'm', shard: 'MAIL_1', mailFrom: '', rcptTo: '', receivedAt: 1 },
    ...{ rawSize: raw.length, correlationId: 'c', authResults: '' },
  });
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(TOKEN));
  const tokenHash = Buffer.from(hash).toString('hex');
  await links.addLinks([{ ...LINK, bodyEnd: 5 + encoded.length, tokenHash, ...over }]);
  const state = { now: 999 };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const noted: AuditFacts[] = [];
  const trail: AuditTrail = { record: (facts) => void noted.push(...facts), lookUp: () => undefined };
  const config = { auditAddresses: 'prefix' } as const;
  const limits = { admit: async () => 0, take: async () => 0 };
  const files = createFiles({ directory, links, blobs, log, now: () => state.now, trail, config, limits });
  const get = (token = TOKEN, init: RequestInit = {}) =>
    files(new Request(`https://x.example/files/${token}`, init));
  return { directory, links, blobs, state, get, noted };
}

describe('a file behind a link', () => {
  test('is the very bytes, to be saved and never shown', async () => {
    const { get } = await house();
    const response = await get();
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(CONTENT)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-length': '1000',
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="Zpr_va.pdf"; filename*=UTF-8''Zpr%C3%A1va.pdf`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'accept-ranges': 'bytes',
    });
  });

  test('is noted when it is fetched, and not when it is only asked for', async () => {
    const { get, noted } = await house();
    await get(TOKEN, { method: 'HEAD' });
    await get(`t1.${'B'.repeat(43)}`);
    expect(noted).toEqual([]);
    await get(TOKEN, { headers: { 'cf-connecting-ip': '192.0.2.9' } });
    expect(noted).toMatchObject([
      { tenantId: 't1', action: 'file.download', resource: 'link/l1', address: '192.0.2.0/24', once: 'hour' },
    ]);
  });

  test('is told of by HEAD', async () => {
    const { get } = await house();
    const response = await get(TOKEN, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length'), response.body]).toEqual([
      200,
      '1000',
      null,
    ]);
  });

  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=990-', 990, 1000],
    ['bytes=990-5000', 990, 1000],
    ['bytes=-5', 995, 1000],
    ['bytes=-5000', 0, 1000],
  ])('is given in parts: %s', async (range, start, end) => {
    const { get } = await house();
    const response = await get(TOKEN, { headers: { range } });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/1000`);
    expect(Buffer.from(await response.arrayBuffer()).equals(CONTENT.subarray(start, end))).toBe(true);
  });

  test('has no part beyond its end, and is whole when the question makes no sense', async () => {
    const { get } = await house();
    const beyond = await get(TOKEN, { headers: { range: 'bytes=1000-' } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */1000']);
    for (const range of ['bytes=5-2', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=-', 'x']) {
      expect((await get(TOKEN, { headers: { range } })).status).toBe(200);
    }
    const other = await get(TOKEN, { headers: { range: 'bytes=0-1', 'if-range': '"other"' } });
    expect(other.status).toBe(200);
    const same = await get(TOKEN, { headers: { range: 'bytes=0-1', 'if-range': '"l1"' } });
    expect(same.status).toBe(206);
    expect(parseRange('bytes=-0', 10)).toBe('unsatisfiable');
  });

  test('is gone when the link has ended, was revoked, or its tenant is closed', async () => {
    const late = await house();
    late.state.now = 1000;
    expect((await late.get()).status).toBe(410);
    const revoked = await house();
    await revoked.links.revokeLink('t1', 'l1', 500);
    expect((await revoked.get()).status).toBe(410);
    const closed = await house();
    await closed.directory.setTenantStatus('t1', 'disabled');
    expect((await closed.get()).status).toBe(410);
    const lost = await house({ rawKey: 'links/none' });
    expect((await lost.get()).status).toBe(410);
  });

  test.each([
    '',
    't1',
    `t1.${'B'.repeat(43)}`,
    `t2.${'A'.repeat(43)}`,
    `${TOKEN}x`,
    `../${TOKEN}`,
    '%00',
    `T1.${'A'.repeat(43)}`,
  ])('is not there for another token: %s', async (token) => {
    const { get } = await house();
    const response = await get(token);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain(token === '' ? 'undefined' : token);
  });

  test('cannot be changed', async () => {
    const { get } = await house();
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const response = await get(TOKEN, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });

  test.each([
    ['text/html', 'application/octet-stream'],
    ['image/svg+xml', 'application/octet-stream'],
    ['application/pdf\r\nx-evil: 1', 'application/octet-stream'],
    ['image/png', 'image/png'],
  ])('of type %s is said to be %s', async (mediaType, shown) => {
    const { get } = await house({ mediaType });
    expect((await get()).headers.get('content-type')).toBe(shown);
  });

  test.each([
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['a"; filename="b.exe', 'a_; filename=_b.exe'],
    ['a\r\nX-Evil: 1', 'aX-Evil_ 1'],
    ['exe.\u202efdp', 'exe.fdp'],
    ['..', 'file'],
    ['100%.pdf', '100_.pdf'],
  ])('called %j is saved as %j', async (name, ascii) => {
    const { get } = await house({ name });
    const header = (await get()).headers.get('content-disposition');
    expect(header?.startsWith(`attachment; filename="${ascii}"; filename*=UTF-8''`)).toBe(true);
    expect(header).not.toMatch(/[\r\n]/);
  });
});
