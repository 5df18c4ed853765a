/** A small client of the forms of Autodiscover, each as programs in the field ask. */
import { Buffer } from 'node:buffer';
import { parseXml, type XmlElement } from '../../../codecs/soap/parse.ts';
import { at, child, children, textOf } from '../../../codecs/soap/read.ts';

const SCHEMAS = 'http://schemas.microsoft.com/exchange/autodiscover';
const NAMESPACE = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';

interface PoxAnswer {
  status: number;
  text: string;
  /** Namespace of the response. */
  schema: string | undefined;
  /** ErrorCode, or null. */
  error: string | null;
  response: XmlElement;
  /** Text at the end of a path of names, or null. */
  at(...path: string[]): string | null;
  /** The part `Protocol` of a type. */
  protocol(type: string): XmlElement | null;
}

interface SettingsAnswer {
  status: number;
  text: string;
  code: string | null;
  users: {
    code: string | null;
    redirect: string | null;
    settings: Record<string, string>;
    errors: Record<string, string>;
  }[];
}

type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

export interface AutodiscoverClient {
  pox(kind: 'mobilesync' | 'outlook' | 'outlook-a', address: string, path?: string): Promise<PoxAnswer>;
  /** Any body. */
  poxBody(body: string | Uint8Array<ArrayBuffer>, headers?: Record<string, string>): Promise<PoxAnswer>;
  settings(addresses: string[], settings: string[], version?: '1.1' | '1.2'): Promise<SettingsAnswer>;
  domains(domains: string[], settings: string[]): Promise<SettingsAnswer>;
  soapBody(body: string): Promise<{ status: number; text: string; body: XmlElement | undefined }>;
}

export function poxRequest(kind: 'mobilesync' | 'outlook' | 'outlook-a', address: string): string {
  const [name, version] = kind === 'outlook-a' ? ['outlook', '2006a'] : [kind, '2006'];
  return (
    `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${SCHEMAS}/${name}/requestschema/2006"><Request>` +
    `<EMailAddress>${address}</EMailAddress>` +
    `<AcceptableResponseSchema>${SCHEMAS}/${name}/responseschema/${version}</AcceptableResponseSchema>` +
    '</Request></Autodiscover>'
  );
}

/** @param origin under which the server is asked, with its scheme */
export function autodiscoverClient(
  server: { fetch: Fetch },
  origin: string,
  user: string,
  password: string,
): AutodiscoverClient {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
    server.fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'text/xml; charset=utf-8', ...headers },
      body,
    });

  async function poxBody(
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
    path = '/autodiscover/autodiscover.xml',
  ): Promise<PoxAnswer> {
    const answer = await post(path, body, headers);
    const text = await answer.text();
    const response = child(parseXml(text), 'Response');
    if (response === null) throw new Error(`no response: ${text}`);
    return {
      status: answer.status,
      text,
      schema: /<Response xmlns="([^"]*)"/.exec(text)?.[1],
      error: at(response, 'Error', 'ErrorCode')?.text ?? null,
      response,
      at: (...path) => at(response, ...path)?.text ?? null,
      protocol: (type) =>
        children(child(response, 'Account'), 'Protocol').find((one) => textOf(one, 'Type') === type) ?? null,
    };
  }

  async function soap(body: string, version: '1.1' | '1.2' = '1.1') {
    const namespace =
      version === '1.1'
        ? 'http://schemas.xmlsoap.org/soap/envelope/'
        : 'http://www.w3.org/2003/05/soap-envelope';
    const envelope =
      `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:a="${NAMESPACE}" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:soap="${namespace}">` +
      '<soap:Header><a:RequestedServerVersion>Exchange2016</a:RequestedServerVersion>' +
      '<wsa:MessageID>urn:uuid:1</wsa:MessageID></soap:Header>' +
      `<soap:Body>${body}</soap:Body></soap:Envelope>`;
    const type = version === '1.1' ? 'text/xml' : 'application/soap+xml';
    const answer = await post('/autodiscover/autodiscover.svc', envelope, {
      'content-type': `${type}; charset=utf-8`,
    });
    const text = await answer.text();
    return { status: answer.status, text, body: child(parseXml(text), 'Body')?.children[0] };
  }

  function read(
    answer: { status: number; text: string; body: XmlElement | undefined },
    what: 'User' | 'Domain',
  ) {
    const response = child(answer.body ?? null, 'Response');
    const pairs = (list: XmlElement[], key: string, value: string) =>
      Object.fromEntries(list.map((one) => [textOf(one, key) ?? '', textOf(one, value) ?? '']));
    return {
      status: answer.status,
      text: answer.text,
      code: textOf(response, 'ErrorCode'),
      users: children(child(response, `${what}Responses`), `${what}Response`).map((one) => ({
        code: textOf(one, 'ErrorCode'),
        redirect: textOf(one, 'RedirectTarget') || null,
        settings: pairs(children(child(one, `${what}Settings`), `${what}Setting`), 'Name', 'Value'),
        errors: pairs(
          children(child(one, `${what}SettingErrors`), `${what}SettingError`),
          'SettingName',
          'ErrorCode',
        ),
      })),
    };
  }

  const wanted = (settings: string[]) =>
    `<a:RequestedSettings>${settings.map((one) => `<a:Setting>${one}</a:Setting>`).join('')}</a:RequestedSettings>`;

  return {
    pox: (kind, address, path) => poxBody(poxRequest(kind, address), {}, path),
    poxBody,
    soapBody: soap,
    async settings(addresses, settings, version) {
      const users = addresses.map((one) => `<a:User><a:Mailbox>${one}</a:Mailbox></a:User>`).join('');
      const body = `<a:GetUserSettingsRequestMessage><a:Request><a:Users>${users}</a:Users>${wanted(settings)}</a:Request></a:GetUserSettingsRequestMessage>`;
      return read(await soap(body, version), 'User');
    },
    async domains(domains, settings) {
      const list = domains.map((one) => `<a:Domain>${one}</a:Domain>`).join('');
      const body = `<a:GetDomainSettingsRequestMessage><a:Request><a:Domains>${list}</a:Domains>${wanted(settings)}</a:Request></a:GetDomainSettingsRequestMessage>`;
      return read(await soap(body), 'Domain');
    },
  };
}
