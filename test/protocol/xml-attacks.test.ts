/** Hostile documents of the shared reference material against every address that reads XML. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseXml } from '../../codecs/soap/parse.ts';
import { readAnswer } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const GENERATOR = resolve(process.env['WAYPOST_SHARED'] ?? '../shared', 'attacks/gen-xml.mjs');
const ADDRESS = 'alice@example.com';
const PASSWORD = 'a-password-1';
/** CPU of one answer on a busy machine; what is quadratic takes minutes. */
const CEILING_MS = 3_000;

interface Case {
  file: string;
  expect: string;
}

function cases(): { folder: string; list: Case[] } {
  const folder = mkdtempSync(join(tmpdir(), 'xml-'));
  execFileSync(process.execPath, [GENERATOR, folder], { stdio: 'pipe' });
  return { folder, list: JSON.parse(readFileSync(join(folder, 'INDEX.json'), 'utf8')) as Case[] };
}

const made = existsSync(GENERATOR) ? cases() : { folder: null, list: [] };
/** Documents that are well-formed, and mean nothing bad by themselves: they are read, and nothing comes of it. */
const HARMLESS = new Set([
  'xinclude.xml',
  'xsi-schemaLocation.xml',
  'stylesheet-pi.xml',
  'pi-storm.xml',
  'proto-pollution.xml',
  'nest-64.xml',
  'utf7-xxe.xml',
  'ews-impersonate-other.xml',
  'ews-subscribe-push-ssrf.xml',
  'autodiscover-redirect-ssrf.xml',
]);

describe.skipIf(made.folder === null)('hostile documents (A01 to A06)', () => {
  let server: InProcess;
  beforeAll(async () => {
    server = await startInProcess({ vars: { RELAY_ALLOW_PRIVATE: '0' } });
    await server.addUser(ADDRESS, PASSWORD);
    vi.stubGlobal('fetch', () => Promise.reject(new Error('nothing may be fetched')));
  }, 60_000);
  afterAll(async () => {
    vi.unstubAllGlobals();
    await server?.stop();
    if (made.folder !== null) rmSync(made.folder, { recursive: true });
  });

  async function post(path: string, file: string): Promise<{ status: number; text: string }> {
    const cpu = process.cpuUsage();
    const answer = await server.fetch(path, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${ADDRESS}:${PASSWORD}`)}`,
        'content-type': 'text/xml; charset=utf-8',
      },
      body: new Uint8Array(readFileSync(join(made.folder ?? '', file))),
    });
    const text = await answer.text();
    const { user, system } = process.cpuUsage(cpu);
    expect((user + system) / 1000, file).toBeLessThan(CEILING_MS);
    expect(answer.status, text.slice(0, 300)).toBeLessThan(500);
    expect(text).not.toMatch(/root:|evil\.example/);
    expect(Reflect.get(Object.prototype, 'polluted')).toBeUndefined();
    return { status: answer.status, text };
  }

  it.each(made.list)('come to nothing at EWS: $file', async ({ file }) => {
    const { status, text } = await post('/EWS/Exchange.asmx', file);
    const { body, codes } = await readAnswer(status, text);
    if (file === 'ews-impersonate-other.xml') {
      expect(codes).toEqual(['ErrorImpersonateUserDenied']);
    } else if (file === 'ews-subscribe-push-ssrf.xml') {
      expect(codes).toEqual(['ErrorInvalidPushSubscriptionUrl']);
    } else if (!HARMLESS.has(file)) expect([400, 413], text.slice(0, 300)).toContain(status);
    if (status !== 200) expect(body.name).toBe('Fault');
  });

  it.each(made.list)('come to nothing at Autodiscover: $file', async ({ file }) => {
    const pox = await post('https://example.com/autodiscover/autodiscover.xml', file);
    expect(pox.text).toMatch(/<ErrorCode>60[01]<\/ErrorCode>/);
    parseXml(pox.text);
    const soap = await post('https://example.com/autodiscover/autodiscover.svc', file);
    expect([400, 413]).toContain(soap.status);
    expect(soap.text).toContain('Fault');
    parseXml(soap.text);
  });
});
