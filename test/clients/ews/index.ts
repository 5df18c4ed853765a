/** A small client of Exchange Web Services that validates every answer against the schema. */
import { Buffer } from 'node:buffer';
import { parseXml, type XmlElement } from '../../../codecs/soap/parse.ts';
import { at, child } from '../../../codecs/soap/read.ts';
import { NAMESPACES } from '../../../codecs/soap/write.ts';
import { schemaFaults } from './schema.ts';

export interface EwsAnswer {
  status: number;
  text: string;
  /** The element of the SOAP body. */
  body: XmlElement;
  /** Response messages, or the answer itself where it has none. */
  messages: XmlElement[];
  /** ResponseCode of each message, or of the fault. */
  codes: string[];
}

export interface EwsClient {
  /** Sends what stands in the SOAP body; prefixes s, t and m are bound. Throws for an answer that is not valid. */
  call(body: string, header?: string): Promise<EwsAnswer>;
  /** The same, and every response message must be a success. */
  ok(body: string, header?: string): Promise<EwsAnswer>;
}

type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

export function ewsClient(server: { fetch: Fetch }, user: string, password: string): EwsClient {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  async function call(body: string, header = ''): Promise<EwsAnswer> {
    const envelope =
      `<s:Envelope xmlns:s="${NAMESPACES.s}" xmlns:t="${NAMESPACES.t}" xmlns:m="${NAMESPACES.m}">` +
      `<s:Header><t:RequestServerVersion Version="Exchange2016"/>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
    const response = await server.fetch('/EWS/Exchange.asmx', {
      method: 'POST',
      headers: { authorization, 'content-type': 'text/xml; charset=utf-8' },
      body: envelope,
    });
    return readAnswer(response.status, await response.text());
  }
  return {
    call,
    async ok(body, header) {
      const answer = await call(body, header);
      const bad = answer.codes.filter((code) => code !== 'NoError');
      if (bad.length > 0) throw new Error(`not a success: ${bad.join(', ')}\n${answer.text}`);
      return answer;
    },
  };
}

/** Reads an answer and validates it. */
export async function readAnswer(status: number, text: string): Promise<EwsAnswer> {
  const faults = await schemaFaults(text);
  if (faults.length > 0) throw new Error(`the answer breaks the schema: ${faults.join('; ')}\n${text}`);
  const root = parseXml(text);
  if (at(root, 'Header', 'ServerVersionInfo') === null) throw new Error(`no ServerVersionInfo\n${text}`);
  const body = child(root, 'Body')?.children[0];
  if (body === undefined) throw new Error(`an empty body\n${text}`);
  const messages = child(body, 'ResponseMessages')?.children ?? [body];
  const fault = at(body, 'detail', 'ResponseCode')?.text;
  const codes =
    fault === undefined ? messages.flatMap((one) => child(one, 'ResponseCode')?.text ?? []) : [fault];
  return { status, text, body, messages, codes };
}
