import {
  decodeWbxml,
  encodeWbxml,
  textOf,
  WbxmlDecodeError,
  type WbxmlElement,
  WbxmlEncodeError,
  type WbxmlNode,
} from '../../codecs/wbxml/index.ts';
import {
  COMMON_STATUS,
  HttpStatusError,
  must,
  ProtocolViolation,
  ProvisioningNeeded,
  SignInRefused,
  StatusError,
} from './errors.ts';
import { parseMultipart } from './multipart.ts';
import { checkOrder } from './order.ts';
import { base64Query, plainQuery } from './query.ts';
import { type HttpReply, Transport } from './transport.ts';
import type { ClientVersion } from './versions.ts';

export interface ClientOptions {
  /** Endpoint; without a path, `/Microsoft-Server-ActiveSync` is meant. */
  url: string | URL;
  user: string;
  password: string;
  deviceId: string;
  deviceType?: string;
  userAgent?: string;
  version?: ClientVersion;
  queryEncoding?: 'plain' | 'base64';
}

export interface RequestOptions {
  /** Take the answer as multipart (MS-ASHTTP 2.2.1.1.2.3). */
  multipart?: boolean;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  /** Whether an answer without a body is allowed (MS-ASHTTP 2.2.2). */
  mayBeEmpty?: boolean;
}

export interface CommandReply {
  /** null: an answer without a body. */
  document: WbxmlElement | null;
  /** Parts of a multipart answer behind its document. */
  parts: Uint8Array[];
  headers: HttpReply['headers'];
}

const WBXML_TYPE = 'application/vnd.ms-sync.wbxml';
const MULTIPART_TYPE = 'application/vnd.ms-sync.multipart';

/** Elements whose value is a byte array and must be sent as OPAQUE (MS-ASWBXML 2.1.2.1). */
const BYTE_ARRAYS = new Set(['Email2:ConversationId', 'Email2:ConversationIndex', 'Search:ConversationId']);

/**
 * A device that speaks ActiveSync and believes nothing: every answer is checked against the specifications, and
 * what breaks a rule is a ProtocolViolation. The commands are functions that take it (commands/).
 */
export class ActiveSyncClient {
  readonly endpoint: URL;
  readonly user: string;
  readonly deviceId: string;
  readonly deviceType: string;
  version: ClientVersion;
  queryEncoding: 'plain' | 'base64';
  /** Key of the policy in force (MS-ASPROV 2.2.2.42), null before the first Provision. */
  policyKey: number | null = null;
  readonly #password: string;
  readonly #userAgent: string;
  readonly #transport = new Transport();

  constructor(options: ClientOptions) {
    this.endpoint = new URL(options.url);
    if (this.endpoint.pathname === '/') this.endpoint.pathname = '/Microsoft-Server-ActiveSync';
    this.user = options.user;
    this.#password = options.password;
    this.deviceId = options.deviceId;
    this.deviceType = options.deviceType ?? 'Waypost';
    this.#userAgent = options.userAgent ?? 'waypost-phone/1.0';
    this.version = options.version ?? '16.1';
    this.queryEncoding = options.queryEncoding ?? 'plain';
  }

  close(): void {
    this.#transport.close();
  }

  /** OPTIONS of the endpoint; only the HTTP errors are looked at here. */
  async sendOptions(): Promise<HttpReply> {
    const reply = await this.#transport.send({
      url: this.endpoint,
      method: 'OPTIONS',
      headers: this.#headers(),
      body: null,
      timeoutMs: 60_000,
    });
    this.#refuseHttpErrors('OPTIONS', reply);
    return reply;
  }

  /**
   * Sends one command and checks the form of its answer. Rejects with ProvisioningNeeded, SignInRefused,
   * HttpStatusError, Unreachable, StatusError (statuses common to all commands) or ProtocolViolation.
   */
  async request(
    command: string,
    document: WbxmlNode | null,
    { multipart = false, timeoutMs = 60_000, signal, mayBeEmpty = false }: RequestOptions = {},
  ): Promise<CommandReply> {
    const body = document === null ? null : encodeWbxml(document, { version: this.version });
    const url = new URL(this.endpoint);
    const fields = {
      command,
      user: this.user,
      deviceId: this.deviceId,
      deviceType: this.deviceType,
      version: this.version,
      policyKey: this.policyKey,
      acceptMultiPart: multipart,
    };
    const plain = this.queryEncoding === 'plain';
    url.search = plain ? plainQuery(fields) : base64Query(fields);
    const reply = await this.#transport.send({
      url,
      method: 'POST',
      headers: {
        ...this.#headers(),
        ...(body === null ? {} : { 'content-type': WBXML_TYPE }),
        ...(plain
          ? {
              'ms-asprotocolversion': this.version,
              'x-ms-policykey': String(this.policyKey ?? 0),
              ...(multipart ? { 'ms-asacceptmultipart': 'T' } : {}),
            }
          : {}),
      },
      body,
      timeoutMs,
      signal,
    });
    this.#refuseHttpErrors(command, reply);
    return this.#read(command, reply, { multipart, mayBeEmpty });
  }

  #headers(): Record<string, string> {
    const credentials = Buffer.from(`${this.user}:${this.#password}`).toString('base64');
    return { authorization: `Basic ${credentials}`, 'user-agent': this.#userAgent };
  }

  #refuseHttpErrors(command: string, { status, headers, body }: HttpReply): void {
    if (status === 200) return;
    if (status === 401) {
      must(headers['www-authenticate'] !== undefined, 'RFC 9110 11.6.1', '401 without WWW-Authenticate');
      throw new SignInRefused(`${this.user}: the server refuses this address or password`);
    }
    if (status === 449) throw new ProvisioningNeeded(449);
    const retryAfter = Number(headers['retry-after'] ?? Number.NaN);
    const word = Buffer.from(body).toString('utf8').split('\n')[0]?.slice(0, 120) ?? '';
    const where =
      status === 451 ? `; the mailbox is at ${String(headers['x-ms-location'] ?? 'another server')}` : '';
    throw new HttpStatusError(
      status,
      `${command}: the server answers HTTP ${status}${word === '' ? '' : ` (${word})`}${where}`,
      Number.isNaN(retryAfter) ? null : retryAfter,
    );
  }

  #read(
    command: string,
    { headers, body }: HttpReply,
    { multipart, mayBeEmpty }: { multipart: boolean; mayBeEmpty: boolean },
  ): CommandReply {
    if (body.length === 0) {
      must(mayBeEmpty, 'MS-ASHTTP 2.2.2', `${command}: an answer without a body`);
      return { document: null, parts: [], headers };
    }
    const type = headers['content-type'] ?? '';
    if (multipart && type === MULTIPART_TYPE) {
      const [first = new Uint8Array(), ...parts] = parseMultipart(body);
      return { document: this.#document(command, first), parts, headers };
    }
    must(type === WBXML_TYPE, 'MS-ASHTTP 2.2.1.2.1', `${command}: Content-Type is "${type}"`);
    return { document: this.#document(command, body), parts: [], headers };
  }

  #document(command: string, bytes: Uint8Array): WbxmlElement {
    const header = Buffer.from(bytes.subarray(0, 4)).toString('hex');
    must(header === '03016a00', 'MS-ASWBXML 2.1.1', `${command}: the document begins with ${header}`);
    let root: WbxmlElement;
    try {
      root = decodeWbxml(bytes);
    } catch (error) {
      if (!(error instanceof WbxmlDecodeError)) throw error;
      throw new ProtocolViolation('MS-ASWBXML 2.1', `${command}: ${error.message}`);
    }
    must(
      root.tag.endsWith(`:${command}`),
      'MS-ASCMD 2.2.1',
      `${command}: the root of the answer is ${root.tag}`,
    );
    this.#refuseCommonStatus(command, root);
    checkOrder(root);
    this.#checkTags(root);
    return root;
  }

  #refuseCommonStatus(command: string, root: WbxmlElement): void {
    const namespace = root.tag.slice(0, root.tag.indexOf(':'));
    const text = textOf(root, `${namespace}:Status`);
    if (text === undefined) return;
    const status = Number(text);
    must(/^\d{1,3}$/.test(text) && status > 0, 'MS-ASCMD 2.2.3.177', `${command}: Status "${text}"`);
    if (status >= 140 && status <= 144) {
      // MS-ASCMD 2.2.2: before 14.0 these statuses travel as HTTP 449.
      must(
        Number(this.version) >= 14,
        'MS-ASCMD 2.2.2',
        `${command}: Status ${status} in version ${this.version}`,
      );
      throw new ProvisioningNeeded(status);
    }
    if (status > 100) throw new StatusError(command, status, COMMON_STATUS[status]);
  }

  /** Every tag belongs to the version that is spoken, and byte arrays came as bytes. */
  #checkTags(root: WbxmlElement): void {
    try {
      encodeWbxml(skeleton(root), { version: this.version });
    } catch (error) {
      if (!(error instanceof WbxmlEncodeError)) throw error;
      throw new ProtocolViolation('MS-ASWBXML 2.1.2.1', `version ${this.version}: ${error.message}`);
    }
    const visit = (element: WbxmlElement) => {
      if (BYTE_ARRAYS.has(element.tag)) {
        must(element.opaque !== undefined, 'MS-ASWBXML 2.1.2.1', `${element.tag} is not sent as bytes`);
      }
      element.children.forEach(visit);
    };
    visit(root);
  }
}

/** The tags of a document without its content. */
function skeleton(element: WbxmlElement): WbxmlNode {
  return { tag: element.tag, content: element.children.map(skeleton) };
}
