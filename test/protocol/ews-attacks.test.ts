import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NAMESPACES } from '../../codecs/soap/write.ts';
import { readAnswer } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const ADDRESS = 'ann@attacks.example';
const PASSWORD = 'secret-ann-attacked';
const AUTHORIZATION = `Basic ${Buffer.from(`${ADDRESS}:${PASSWORD}`).toString('base64')}`;
const EWS = '/EWS/Exchange.asmx';
const DISCOVERY = ['xml', 'svc'].map(
  (form) => `https://autodiscover.attacks.example/autodiscover/autodiscover.${form}`,
);
/** Of one hostile document, on a machine that does other things too. */
const CPU_MS = 1000;

let server: InProcess;
const fetched: string[] = [];
const realFetch = globalThis.fetch;

beforeAll(async () => {
  // As it is where it serves people: on a laptop a program beside it may be told of events.
  server = await startInProcess({ vars: { RELAY_ALLOW_PRIVATE: '0' } });
  await server.addUser(ADDRESS, PASSWORD);
  await server.addUser('victim@tenant-b.example', 'secret-victim-1');
  globalThis.fetch = (input) => {
    fetched.push(String(input instanceof Request ? input.url : input));
    return Promise.reject(new TypeError('nothing is fetched here'));
  };
  await post(EWS, envelope('<m:GetFolder/>'));
});
afterAll(async () => {
  globalThis.fetch = realFetch;
  await server?.stop();
});
beforeEach(() => {
  fetched.length = 0;
});

function envelope(body: string, header = ''): string {
  return `<s:Envelope xmlns:s="${NAMESPACES.s}" xmlns:t="${NAMESPACES.t}" xmlns:m="${NAMESPACES.m}"><s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

async function post(path: string, body: string | Uint8Array, more: Record<string, string> = {}) {
  const before = process.cpuUsage();
  const response = await server.fetch(path, {
    method: 'POST',
    headers: { authorization: AUTHORIZATION, 'content-type': 'text/xml; charset=utf-8', ...more },
    body: body as string,
  });
  const text = await response.text();
  const { user, system } = process.cpuUsage(before);
  return { status: response.status, text, headers: response.headers, cpuMs: (user + system) / 1000 };
}

const generator = join(resolve(process.env['WAYPOST_SHARED'] ?? '../shared'), 'attacks/gen-xml.mjs');

describe.skipIf(!existsSync(generator))('hostile documents (A01 to A06)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ews-attacks-'));
  let files: string[] = [];
  beforeAll(() => {
    execFileSync(process.execPath, [generator, folder], { stdio: 'ignore' });
    const index = JSON.parse(readFileSync(join(folder, 'INDEX.json'), 'utf8')) as { file: string }[];
    files = index.map(({ file }) => file);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are refused by EWS in its own terms, cheaply, and with nothing fetched', async () => {
    expect(files).toHaveLength(32);
    const wrong: string[] = [];
    const codes: Record<string, string> = {};
    for (const file of files) {
      const { status, text, cpuMs } = await post(EWS, new Uint8Array(readFileSync(join(folder, file))));
      const answer = await readAnswer(status, text);
      codes[file] = answer.codes[0] ?? '';
      if (status >= 500 || cpuMs > CPU_MS) wrong.push(`${file}: ${status}, ${cpuMs} ms`);
      if (answer.codes.every((code) => code === 'NoError')) wrong.push(`${file}: accepted`);
      if (/root:|lolol|AAAAAAAA|meta-data/.test(text)) wrong.push(`${file}: expanded`);
      if (text.length > 4000) wrong.push(`${file}: ${text.length} characters`);
    }
    expect(wrong).toEqual([]);
    expect(fetched).toEqual([]);
    for (const file of files.filter((name) =>
      /^(?:xxe|doctype|billion|quadratic|entity|nest-1000|attr|charref-(?:nul|huge))/.test(name),
    )) {
      expect([file, codes[file]]).toEqual([file, 'ErrorSchemaValidation']);
    }
    expect(codes['ews-impersonate-other.xml']).toMatch(/^Error(?:ImpersonateUserDenied|SchemaValidation)$/);
    expect(codes['ews-subscribe-push-ssrf.xml']).toBe('ErrorInvalidPushSubscriptionUrl');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }, 120_000);

  it('are refused by Autodiscover as well', async () => {
    const wrong: string[] = [];
    for (const path of DISCOVERY) {
      for (const file of files) {
        const { status, text, cpuMs } = await post(path, new Uint8Array(readFileSync(join(folder, file))));
        if (status >= 500 || cpuMs > CPU_MS) wrong.push(`${path} ${file}: ${status}, ${cpuMs} ms`);
        if (/root:|lolol|meta-data|attacker|victim/.test(text))
          wrong.push(`${path} ${file}: ${text.slice(0, 300)}`);
        if (/<(?:\w+:)?(?:EwsUrl|ASUrl|Server)>/.test(text)) wrong.push(`${path} ${file}: accepted`);
      }
    }
    expect(wrong).toEqual([]);
    expect(fetched).toEqual([]);
  }, 120_000);
});

describe('a request', () => {
  const get = (id: string) =>
    envelope(
      `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
    );

  it.each([
    ['a document type', `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${get('&amp;x;')}`, 400],
    ['a reference to a character that XML does not have', get('&#0;'), 400],
    ['half a surrogate pair', get('&#xD800;'), 400],
    ['the same attribute twice', envelope('<m:GetItem a="1" a="2"/>'), 400],
    ['elements within elements', envelope('<m:a>'.repeat(101) + '</m:a>'.repeat(101)), 400],
    ['no end', envelope('').replace('</s:Body></s:Envelope>', '<a>'.repeat(50_000)), 400],
    ['a comment without end', envelope('<!--'), 400],
    ['two roots', `${get('a')}${get('a')}`, 400],
    ['another language than XML', '{"a":1}', 400],
    ['nothing', '', 400],
    ['bytes that are no UTF-8', new Uint8Array([0x3c, 0xff, 0xfe, 0x3e]), 400],
    ['two operations', envelope('<m:GetFolder/><m:GetItem/>'), 400],
    ['no body', `<s:Envelope xmlns:s="${NAMESPACES.s}"/>`, 400],
    ['SOAP 1.2', get('a').replaceAll(NAMESPACES.s, 'http://www.w3.org/2003/05/soap-envelope'), 400],
  ])('with %s is a fault of the client', async (_name, body, status) => {
    const said = await post(EWS, body);
    expect([said.status, (await readAnswer(said.status, said.text)).body.name]).toEqual([status, 'Fault']);
    expect(fetched).toEqual([]);
  });

  it('may name an entity that nobody declared, which then is only text', async () => {
    const said = await post(EWS, get('&x;'));
    expect((await readAnswer(said.status, said.text)).codes).toEqual(['ErrorInvalidIdMalformed']);
  });

  it('that unpacks to more than may be read is refused while it is read', async () => {
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024, 0x20), { level: 9 });
    const before = process.memoryUsage().rss;
    const said = await post(EWS, bomb, { 'content-encoding': 'gzip' });
    expect([said.status, said.cpuMs < 5000]).toEqual([413, true]);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
  });

  it('that is packed is read, and its answer is packed for who takes it', async () => {
    const said = await post(EWS, gzipSync(get('a')), { 'content-encoding': 'gzip' });
    expect(said.status).toBe(200);
    expect((await post(EWS, gzipSync(get('a')).subarray(0, 40), { 'content-encoding': 'gzip' })).status).toBe(
      400,
    );
    expect((await post(EWS, get('a'), { 'content-encoding': 'br' })).status).toBe(415);
  });

  it('does not make its sender somebody else', async () => {
    const sid = (what: string) =>
      `<t:ExchangeImpersonation><t:ConnectingSID>${what}</t:ConnectingSID></t:ExchangeImpersonation>`;
    for (const what of [
      '<t:PrimarySmtpAddress>victim@tenant-b.example</t:PrimarySmtpAddress>',
      '<t:SmtpAddress>nobody@attacks.example</t:SmtpAddress>',
      '<t:PrincipalName>victim@tenant-b.example</t:PrincipalName>',
      '<t:SID>S-1-5-18</t:SID>',
    ]) {
      const said = await post(EWS, envelope('<m:GetFolder/>', sid(what)));
      expect((await readAnswer(said.status, said.text)).codes).toEqual(['ErrorImpersonateUserDenied']);
    }
  });

  it.each([
    'http://169.254.169.254/',
    'https://169.254.169.254/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://10.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://a:b@push.example/',
    'https://push.example:8443/',
    'file:///etc/passwd',
    'ftp://push.example/',
    'https://localhost./',
    'gopher://push.example/',
    'not a url',
    '',
  ])('for events to be sent to %s is refused, and nothing is sent (A06, A60)', async (url) => {
    const said = await post(
      EWS,
      envelope(
        `<m:Subscribe><m:PushSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="inbox"/></t:FolderIds><t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes><t:StatusFrequency>1</t:StatusFrequency><t:URL>${url}</t:URL></m:PushSubscriptionRequest></m:Subscribe>`,
      ),
    );
    expect((await readAnswer(said.status, said.text)).codes).toEqual(['ErrorInvalidPushSubscriptionUrl']);
    expect(fetched).toEqual([]);
  });

  it.each([
    [
      'ItemIds',
      (n: number) =>
        `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds>${'<t:ItemId Id="a"/>'.repeat(n)}</m:ItemIds></m:GetItem>`,
    ],
    [
      'FolderIds',
      (n: number) =>
        `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>${'<t:FolderId Id="a"/>'.repeat(n)}</m:FolderIds></m:GetFolder>`,
    ],
    [
      'SourceIds',
      (n: number) =>
        `<m:ConvertId DestinationFormat="EntryId"><m:SourceIds>${'<t:AlternateId Format="EwsId" Id="a" Mailbox="a@b.example"/>'.repeat(n)}</m:SourceIds></m:ConvertId>`,
    ],
    [
      'AttachmentIds',
      (n: number) =>
        `<m:GetAttachment><m:AttachmentIds>${'<t:AttachmentId Id="a"/>'.repeat(n)}</m:AttachmentIds></m:GetAttachment>`,
    ],
    [
      'DeleteItem',
      (n: number) =>
        `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds>${'<t:ItemId Id="a"/>'.repeat(n)}</m:ItemIds></m:DeleteItem>`,
    ],
    [
      'UpdateItem',
      (n: number) =>
        `<m:UpdateItem ConflictResolution="AutoResolve"><m:ItemChanges>${'<t:ItemChange><t:ItemId Id="a"/><t:Updates/></t:ItemChange>'.repeat(n)}</m:ItemChanges></m:UpdateItem>`,
    ],
  ])('with a hundred thousand %s is refused before it is worked on', async (_name, body) => {
    const said = await post(EWS, envelope(body(100_000)));
    expect([said.status < 500, said.cpuMs < 5000]).toEqual([true, true]);
    const answer = await readAnswer(said.status, said.text);
    expect(answer.messages.length).toBeLessThanOrEqual(1);
    expect(answer.codes.every((code) => code !== 'NoError')).toBe(true);
  });
});
