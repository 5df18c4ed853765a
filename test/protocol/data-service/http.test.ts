import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INTERNAL_TOKENS, OTHER_TOKEN, scopeOf, TOKEN } from '../../support/data-client.ts';
import { type InProcess, startInProcess } from '../../support/in-process/index.ts';

describe('the data service over HTTP', () => {
  let server: InProcess;
  let scope: string;

  beforeAll(async () => {
    server = await startInProcess({ vars: { INTERNAL_TOKENS } });
    const { tenant, user } = scopeOf(await server.addUser('ann@http.example', 'secret-ann-1'));
    scope = `tenant=${tenant}&user=${user}`;
  });
  afterAll(() => server.stop());

  async function ask(path: string, init: RequestInit = {}, token: string | null = TOKEN) {
    const headers = new Headers(init.headers);
    if (token !== null) headers.set('x-internal-auth', token);
    const response = await server.fetch(`/internal${path}`, { ...init, headers });
    const text = await response.text();
    const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, code: body['code'], headers: response.headers, text, body };
  }
  const json = (method: string, body: unknown, more: Record<string, string> = {}): RequestInit => ({
    ...{ method, body: typeof body === 'string' ? body : JSON.stringify(body) },
    headers: { 'content-type': 'application/json', ...more },
  });

  it('is not there without tokens', async () => {
    const without = await startInProcess();
    try {
      const headers = { 'x-internal-auth': TOKEN };
      const answers = await Promise.all(
        ['/internal/folders', '/internal/openapi.json', '/nothing'].map(async (path) => {
          const response = await without.fetch(path, { headers });
          return `${response.status} ${await response.text()} ${response.headers.get('cache-control')}`;
        }),
      );
      expect(new Set(answers)).toEqual(new Set(['404 not found\n no-store']));
    } finally {
      await without.stop();
    }
  });

  it('takes each of its tokens, and no other', async () => {
    for (const token of [TOKEN, OTHER_TOKEN])
      expect((await ask(`/folders?${scope}`, {}, token)).status).toBe(200);
    for (const token of [
      null,
      '',
      'x',
      `${TOKEN}x`,
      TOKEN.slice(1),
      TOKEN.toUpperCase(),
      `${TOKEN},${OTHER_TOKEN}`,
      'portal',
    ]) {
      for (const path of [`/folders?${scope}`, '/openapi.json', '/nothing']) {
        const { status, code, text } = await ask(path, {}, token);
        expect([status, code]).toEqual([401, 'PERMISSION_DENIED']);
        expect(text).not.toContain(TOKEN);
      }
    }
    expect(
      (await ask(`/folders?${scope}`, { headers: { authorization: `Bearer ${server.adminToken}` } }, null))
        .status,
    ).toBe(401);
  });

  it('knows paths only as they are written (A32)', async () => {
    for (const path of [
      ...[
        '/Folders',
        '/folders/',
        '//folders',
        '/folders;x',
        '/folders.json',
        '/x/../y',
        '/emails/%2e%2e/raw/x',
      ],
      ...['/emails//raw', '/users%3Alookup', '/emails/a%ZZ/raw'],
    ]) {
      const { status, code } = await ask(`${path}?${scope}`);
      expect([path, status, code]).toEqual([path, 404, 'NOT_FOUND']);
    }
    const wrong = await ask(`/folders?${scope}`, { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET']);
    const override = { headers: { 'x-http-method-override': 'DELETE' } };
    expect((await ask(`/folders?${scope}`, override)).status).toBe(200);
  });

  it('refuses what makes no sense, and says what', async () => {
    const cases: [string, RequestInit?][] = [
      ['/folders'],
      [`/folders?${scope}&other=1`],
      [`/folders?${scope}&tenant=x`],
      [`/emails?${scope}&limit=0`],
      [`/emails?${scope}&limit=x`],
      [`/emails?${scope}&limit=1e1`],
      [`/emails?${scope}&cursor=x`],
      [`/emails?${scope}&folder=calendar`],
      [`/emails/x?${scope}&bodies=all`],
      [`/emails?${scope}`, json('PATCH', { ids: [] })],
      [`/emails?${scope}`, json('PATCH', '[]')],
      [`/emails?${scope}`, json('PATCH', '{')],
      [`/emails?${scope}`, json('PATCH', { ids: ['a'], tenant: 'x' })],
      [`/emails?${scope}`, json('PATCH', { ids: ['a'], other: 1 })],
      [`/emails/a?${scope}`, json('PATCH', { isRead: true }, { 'if-match': '*' })],
      [`/emails/a?${scope}`, json('PATCH', { isRead: true }, { 'if-match': 'W/"5"' })],
      [`/calendar?${scope}`, json('POST', { document: { '@type': 'Task', start: '2027-01-01T10:00:00' } })],
    ];
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    for (const member of ['document', 'patch']) {
      const path = member === 'patch' ? `/calendar/x?${scope}` : `/calendar?${scope}`;
      cases.push([path, json(member === 'patch' ? 'PATCH' : 'POST', `{"${member}":${deep}}`)]);
    }
    for (const [path, init] of cases) {
      const { status, code, headers, body } = await ask(path, init);
      const asked = `${path} ${String(init?.body).slice(0, 100)}`;
      expect([asked, status, code]).toEqual([asked, 400, 'INVALID_ARGUMENT']);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(String(body['detail']).length).toBeGreaterThan(3);
    }
    const type = await ask(`/emails?${scope}`, {
      method: 'PATCH',
      body: '{}',
      headers: { 'content-type': 'text/plain' },
    });
    expect([type.status, type.code]).toEqual([415, 'INVALID_ARGUMENT']);
  });

  it('holds no more of a body than it may have', async () => {
    const large = 'x'.repeat(1024 * 1024);
    const told = await ask(`/calendar?${scope}`, json('POST', { document: { title: large } }));
    expect([told.status, told.code]).toEqual([413, 'INVALID_ARGUMENT']);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1024 * 1024;
        controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
      },
    });
    const init = { method: 'POST', body: endless, headers: { 'content-type': 'message/rfc822' } };
    const untold = await ask(`/emails:import?${scope}`, init);
    expect([untold.status, untold.code]).toEqual([413, 'INVALID_ARGUMENT']);
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('gives versions as ETags, and changes only the one that is meant', async () => {
    const document = { '@type': 'Event', title: 'One', start: '2027-01-01T10:00:00', timeZone: 'Etc/UTC' };
    const made = await ask(`/calendar?${scope}`, json('POST', { document }));
    const etag = made.headers.get('etag') ?? '';
    expect([made.status, etag]).toEqual([201, `"${made.body['modseq']}"`]);
    const path = `/calendar/${made.body['id']}?${scope}`;
    expect((await ask(path)).headers.get('etag')).toBe(etag);
    const changed = await ask(path, json('PATCH', { patch: { title: 'Two' } }, { 'if-match': etag }));
    expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false]);
    const stale = await ask(path, json('PATCH', { patch: { title: 'Three' } }, { 'if-match': etag }));
    expect([stale.status, stale.code]).toEqual([412, 'ABORTED']);
    const gone = await ask(path, { method: 'DELETE' });
    expect([gone.status, gone.text]).toEqual([204, '']);
  });

  it('keeps the correlation id of who asks, and lets nobody keep an answer', async () => {
    const { headers } = await ask(`/folders?${scope}`, {
      headers: { 'x-correlation-id': 'from-the-portal-1' },
    });
    expect(headers.get('x-correlation-id')).toBe('from-the-portal-1');
    expect([headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual([
      'no-store',
      'nosniff',
    ]);
    expect((await ask('/nothing')).headers.get('cache-control')).toBe('no-store');
  });

  it('is UNAVAILABLE, with nothing of why, when a store does not answer', async () => {
    let broken = false;
    const down = await startInProcess({
      vars: { INTERNAL_TOKENS },
      wrap: (env) => ({
        ...env,
        DIRECTORY: new Proxy(env['DIRECTORY'] as object, {
          get(target, name) {
            if (broken) throw new Error('secret words of a store');
            const value = Reflect.get(target, name);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        }),
      }),
    });
    try {
      await down.addUser('ann@down.example');
      broken = true;
      const response = await down.fetch('/internal/folders?tenant=a&user=b', {
        headers: { 'x-internal-auth': TOKEN },
      });
      const text = await response.text();
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
      expect([text.includes('"UNAVAILABLE"'), text.includes('secret words')]).toEqual([true, false]);
    } finally {
      await down.stop();
    }
  });
});
