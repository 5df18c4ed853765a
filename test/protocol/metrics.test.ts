import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';

const TOKEN = 'metrics-token-0123456789';
let server: InProcess;

beforeAll(async () => {
  server = await startInProcess({ vars: { METRICS_FLUSH_MS: '0', METRICS_TOKEN: TOKEN } });
});
afterAll(() => server.stop());

const basic = (login: string, password: string) => ({
  authorization: `Basic ${btoa(`${login}:${password}`)}`,
});

async function scrape(headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }) {
  await server.drain();
  const response = await server.fetch('/metrics', { headers });
  return { response, text: await response.text() };
}

/** Values by their series. */
async function metrics(): Promise<Map<string, number>> {
  const { text } = await scrape();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

describe('/metrics', () => {
  it('is for its token, the admin token, and programs that may read operations', async () => {
    const { token } = await server.admin<{ token: string }>('POST', '/tokens', {
      name: 'prometheus',
      role: 'support',
      topics: ['operations'],
    });
    const other = await server.admin<{ token: string }>('POST', '/tokens', {
      name: 'portal',
      role: 'admin',
      topics: ['users'],
    });
    const status = async (header: string | null) =>
      (await scrape(header === null ? {} : { authorization: header })).response.status;
    expect(await status(`Bearer ${TOKEN}`)).toBe(200);
    expect(await status(`Bearer ${server.adminToken}`)).toBe(200);
    expect(await status(`Bearer ${token}`)).toBe(200);
    expect(await status(`Bearer ${other.token}`)).toBe(401);
    expect(await status(`Bearer ${TOKEN}x`)).toBe(401);
    expect(await status(null)).toBe(401);
    // What opens the metrics opens nothing else.
    const admin = await server.fetch('/admin/v1/tenants', { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(admin.status).toBe(401);
  });

  it('counts what is done, by templates of routes', async () => {
    await server.addUser('ann@metrics.example', 'a-password-1');
    await server.email('x@elsewhere.example', 'ann@metrics.example', buildMail({ subject: 'Hello' }));
    await server.email('x@elsewhere.example', 'nobody@metrics.example', buildMail({ subject: 'Hello' }));
    const eas = '/Microsoft-Server-ActiveSync?Cmd=Sync&User=ann&DeviceId=phone1&DeviceType=iPhone';
    const ann = basic('ann@metrics.example', 'a-password-1');
    const headers = { ...ann, 'ms-asprotocolversion': '14.1' };
    expect([401, 503]).not.toContain((await server.fetch(eas, { method: 'POST', headers })).status);
    await server.fetch(eas, { method: 'POST', headers: basic('ann@metrics.example', 'wrong') });
    await server.fetch('/admin/v1/users/ann%40metrics.example/stats', {
      headers: { authorization: `Bearer ${server.adminToken}` },
    });
    await server.fetch('/some/where/else?x=ann@metrics.example');
    const values = await metrics();
    const at = (series: string) => values.get(series);
    expect(at('email_received_total{result="accepted"}')).toBe(1);
    expect(at('email_received_total{result="refused"}')).toBe(1);
    expect(at('email_delivered_total')).toBe(1);
    expect(at('auth_failures_total{protocol="activesync",reason="denied"}')).toBe(1);
    expect(at('http_requests_total{route="activesync/Sync",code="401"}')).toBe(1);
    expect(at('activesync_sync_total{code="401"}')).toBe(1);
    expect(at('http_requests_total{route="admin/users/:address/stats",code="200"}')).toBe(1);
    expect(at('http_requests_total{route="other",code="404"}')).toBe(1);
    expect(at('request_duration_seconds_count{route="other",code="404"}')).toBe(1);
    expect(at('request_duration_seconds_bucket{route="other",code="404",le="+Inf"}')).toBe(1);
    expect(at('clients{type="activesync"}')).toBe(1);
    expect(at('queue_messages_total{stream="mail-ingest",result="done"}')).toBe(1);
    expect(at('queue_depth{stream="mail-ingest"}')).toBe(0);
    expect(at('consumer_lag{stream="mail-ingest",group="waypost"}')).toBe(0);
    expect(at('outbox_messages{state="due"}')).toBe(0);
    expect(at('errors_total{protocol="activesync"}')).toBe(0);
  });

  it('says nothing of whose mail it is', async () => {
    const { text } = await scrape();
    expect(text).not.toMatch(/metrics\.example|elsewhere|ann|phone1|@/);
  });

  it('keeps its counts when the objects that hold them start again', async () => {
    const before = await metrics();
    for (const shard of [0, 1, 2, 3]) await server.evict('METRICS', `part-${shard}`).catch(() => undefined);
    const after = await metrics();
    for (const [series, value] of before) {
      if (/_total|_count/.test(series)) expect(after.get(series), series).toBeGreaterThanOrEqual(value);
    }
    expect(after.get('email_delivered_total')).toBe(before.get('email_delivered_total'));
    expect(after.get('clients{type="activesync"}')).toBeDefined();
  });
});
