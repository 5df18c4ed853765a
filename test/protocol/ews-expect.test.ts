/** EWS over a socket of its own, as clients use HTTP that want to be told to go on before they send a large request. */
import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseXml } from '../../codecs/soap/parse.ts';
import { at } from '../../codecs/soap/read.ts';
import { readAnswer } from '../clients/ews/index.ts';
import type { Waypost } from '../support/harness.ts';
import { startServer } from '../support/server.ts';

const USER = 'ann@expect.example';
const PASSWORD = 'a-password-1';
/** Clients send without having been told to after one to three seconds (RFC 9110 10.1.1). */
const DUE_MS = 2_000;

const ENVELOPE =
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body>' +
  '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder></s:Body></s:Envelope>';

/** A connection that is read up to what is waited for. */
class Wire {
  readonly #socket: Socket;
  #read = '';
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(url: URL) {
    this.#socket = connect(Number(url.port), url.hostname);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => {
      this.#read += text;
      this.#wake();
    });
    this.#socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
    this.#socket.on('error', () => undefined);
  }

  write(data: string | Uint8Array): void {
    this.#socket.write(data);
  }

  /** What has come, once it matches; takes it away. */
  async until(pattern: RegExp, timeoutMs = DUE_MS): Promise<string> {
    for (const end = Date.now() + timeoutMs; ; ) {
      const found = pattern.exec(this.#read);
      if (found !== null) {
        const taken = this.#read.slice(0, found.index + found[0].length);
        this.#read = this.#read.slice(taken.length);
        return taken;
      }
      if (this.#closed || Date.now() > end) throw new Error(`instead of ${pattern}: ${this.#read}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, Math.max(1, end - Date.now())).unref();
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

describe('a client of EWS that asks first', () => {
  let server: Waypost;
  const wires: Wire[] = [];
  const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;

  beforeAll(async () => {
    server = await startServer();
    await server.addUser(USER, PASSWORD);
  }, 60_000);
  afterAll(async () => {
    for (const wire of wires) wire.close();
    await server?.stop();
  });

  function ask(headers: readonly string[], { method = 'POST', path = '/EWS/Exchange.asmx' } = {}): Wire {
    const wire = new Wire(server.url);
    wires.push(wire);
    wire.write(
      `${[`${method} ${path} HTTP/1.1`, `Host: ${server.url.host}`, ...headers].join('\r\n')}\r\n\r\n`,
    );
    return wire;
  }

  async function answer(wire: Wire): Promise<{ status: number; head: string; text: string }> {
    const head = await wire.until(/^HTTP\/1\.1 [2-5]\d\d [\s\S]*?\r\n\r\n/, 10_000);
    const length = /content-length: (\d+)/i.exec(head)?.[1];
    const text =
      length === undefined
        ? await wire.until(/^[\s\S]*?\r\n?0\r\n\r\n/)
        : await wire.until(new RegExp(`^[\\s\\S]{${length}}`));
    return { status: Number(head.slice(9, 12)), head, text };
  }

  const TYPE = 'Content-Type: text/xml; charset=utf-8';

  it.each([
    ['as it is', Buffer.from(ENVELOPE), []],
    ['packed', gzipSync(ENVELOPE), ['Content-Encoding: gzip']],
  ])('is told to go on, and answered (%s)', async (_, body, more) => {
    const wire = ask([
      `Authorization: ${authorization}`,
      ...[TYPE, `Content-Length: ${body.length}`, 'Expect: 100-continue', ...more],
    ]);
    const began = Date.now();
    await wire.until(/^HTTP\/1\.1 100 [^\r]*\r\n\r\n/);
    expect(Date.now() - began).toBeLessThan(DUE_MS);
    wire.write(body);
    const { status, text } = await answer(wire);
    expect(status).toBe(200);
    const xml = text.slice(text.indexOf('<'), text.lastIndexOf('>') + 1);
    expect((await readAnswer(status, xml)).codes).toEqual(['NoError']);
    expect(at(parseXml(xml), 'Header', 'ServerVersionInfo')).not.toBeNull();
  });

  it('is asked to sign in where it did not', async () => {
    const wire = ask([TYPE, `Content-Length: ${ENVELOPE.length}`, 'Expect: 100-continue']);
    // It may be told to go on, or be refused right away (RFC 9110 10.1.1).
    const first = await wire.until(/^HTTP\/1\.1 (?:100 [^\r]*\r\n\r\n|(?=401))/);
    if (first.startsWith('HTTP/1.1 100')) wire.write(ENVELOPE);
    const head = await wire.until(/401[\s\S]*?\r\n\r\n/);
    expect(/www-authenticate: ([^\r]*)/i.exec(head)?.[1]).toBe('Basic realm="Waypost", charset="UTF-8"');
  });

  it('finds a page where it only looks, after it has signed in', async () => {
    const get = (headers: string[]) => answer(ask(headers, { method: 'GET' }));
    expect((await get([])).status).toBe(401);
    const page = await get([`Authorization: ${authorization}`]);
    expect([page.status, /content-type: ([^\r;]*)/i.exec(page.head)?.[1]]).toEqual([200, 'text/html']);
    expect(page.text).toContain('Exchange Web Services');
    const described = await answer(
      ask([`Authorization: ${authorization}`], { method: 'GET', path: '/EWS/Services.wsdl' }),
    );
    expect(described.status).toBe(200);
    expect(described.text).toContain('definitions');
  });
});
