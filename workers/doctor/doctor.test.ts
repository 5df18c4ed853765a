import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../platform/config.ts';
import type { Env } from '../../platform/env.ts';
import { lookAtBucket, lookAtQueues } from './bindings.ts';
import { lookAtPostgres } from './databases.ts';
import { lookAtSettings } from './settings.ts';

const NOW = 1_800_000_000_000;
const states = (findings: { check: string; state: string }[]) =>
  Object.fromEntries(findings.map(({ check, state }) => [check, state]));

describe('what the doctor says of PostgreSQL', () => {
  let clock = 0;
  const database = (sql: string): Record<string, unknown>[] => {
    if (sql.includes('waypost_migrations')) return [{ name: '0001_first.sql' }];
    if (sql.includes('query_start')) return [{ asked: `at ${++clock}` }];
    if (sql.includes('max_connections')) return [{ most: '100', used: '12' }];
    return [{ one: 1 }];
  };

  it('is that all is well, where each question is asked anew', async () => {
    const { findings, migrations } = await lookAtPostgres(async (sql) => database(sql));
    expect(states(findings)).toEqual({
      'binding.HYPERDRIVE': 'ok',
      'hyperdrive.caching': 'ok',
      'postgres.connections': 'ok',
    });
    expect(migrations).toEqual({ POSTGRES: ['0001_first.sql'] });
  });

  it('is that answers come out of a cache', async () => {
    const kept = new Map<string, Record<string, unknown>[]>();
    const cached = async (sql: string) => {
      const answer = kept.get(sql) ?? database(sql);
      kept.set(sql, answer);
      return answer;
    };
    const { findings } = await lookAtPostgres(cached);
    expect(states(findings)).toMatchObject({ 'hyperdrive.caching': 'trouble' });
  });

  it('is that its connections run out, or that it does not answer', async () => {
    const full = await lookAtPostgres(async (sql) =>
      sql.includes('max_connections') ? [{ most: '100', used: '95' }] : database(sql),
    );
    expect(states(full.findings)).toMatchObject({ 'postgres.connections': 'warning' });
    const away = await lookAtPostgres(async () => {
      throw new Error('connection refused');
    });
    expect(away.findings).toEqual([
      expect.objectContaining({
        check: 'binding.HYPERDRIVE',
        state: 'trouble',
        what: expect.stringContaining('refused'),
      }),
    ]);
  });
});

describe('what the doctor says of bindings', () => {
  it('is that the bucket gives back something else than it took, or is not there', async () => {
    const forgetful = {
      put: async () => undefined,
      get: async () => ({ text: async () => 'something else' }),
      delete: async () => undefined,
    } as unknown as R2Bucket;
    expect(await lookAtBucket(forgetful)).toEqual([expect.objectContaining({ state: 'trouble' })]);
    expect(await lookAtBucket(undefined)).toEqual([expect.objectContaining({ state: 'trouble' })]);
  });

  it('is that a queue is missing, does not keep up, or tells nothing', async () => {
    const queue = (backlogCount: number, minutes: number) => ({
      metrics: async () => ({ backlogCount, oldestMessageTimestamp: new Date(NOW - minutes * 60_000) }),
    });
    const env = {
      ...{ QUEUE_INGEST: queue(0, 900), QUEUE_INDEX: queue(5, 1), QUEUE_NOTIFY: queue(5, 30) },
      ...{ QUEUE_AUDIT: queue(4000, 1), QUEUE_OUTBOUND: {} },
    } as unknown as Env;
    expect(states(await lookAtQueues(env, NOW))).toMatchObject({
      'binding.QUEUE_INGEST': 'ok',
      'binding.QUEUE_INDEX': 'ok',
      'binding.QUEUE_NOTIFY': 'warning',
      'binding.QUEUE_AUDIT': 'warning',
      'binding.QUEUE_OUTBOUND': 'unknown',
      'binding.QUEUE_ARRIVED': 'trouble',
    });
  });
});

describe('what the doctor says of settings', () => {
  const here = new URL('https://mail.acme.test/admin/v1/doctor');
  const good = {
    ...{
      PUBLIC_URL: 'https://mail.acme.test',
      FILES_URL: 'https://files.acme.test',
      AUTHSERV_ID: 'mail.acme.test',
    },
  };
  const said = (vars: object, at = here) =>
    states(lookAtSettings({ config: parseConfig({ ...good, ...vars }) }, at));

  it.each([
    [{}, { settings: 'ok' }],
    [{ PUBLIC_URL: 'http://mail.acme.test' }, { 'setting.PUBLIC_URL': 'trouble' }],
    [{ PUBLIC_URL: 'https://mail.example.com' }, { 'setting.PUBLIC_URL': 'trouble' }],
    [{ PUBLIC_URL: '' }, { 'setting.PUBLIC_URL': 'warning' }],
    [{ RELAY_ALLOW_PRIVATE: '1' }, { 'setting.RELAY_ALLOW_PRIVATE': 'trouble' }],
    [{ AUTHSERV_ID: 'mx.waypost.local' }, { 'setting.AUTHSERV_ID': 'trouble' }],
    [{ FILES_URL: 'http://127.0.0.1:8787' }, { 'setting.FILES_URL': 'trouble' }],
    [{ DNS_OVER_HTTPS_URL: 'http://127.0.0.1:1/dns' }, { 'setting.DNS_OVER_HTTPS_URL': 'trouble' }],
  ])('with %j is %j', (vars, findings) => {
    expect(said(vars)).toEqual(findings);
  });

  it('is nothing on a laptop', () => {
    expect(said({ PUBLIC_URL: '' }, new URL('http://127.0.0.1:8787/admin/v1/doctor'))).toEqual({});
  });
});
