import { Buffer } from 'node:buffer';
import {
  decodeWbxml,
  encodeWbxml,
  type WbxmlElement,
  type WbxmlNode,
  wbxmlToXml,
} from '../../codecs/wbxml/index.ts';
import type { Waypost } from '../support/harness.ts';
import type { Fault } from './steps.ts';

export interface Answer {
  status: number;
  /** null when the answer has no body. */
  root: WbxmlElement | null;
}

export interface Sender {
  address: string;
  password: string;
  deviceId: string;
  version: string;
}

const WBXML = 'application/vnd.ms-sync.wbxml';

/** ActiveSync over HTTP that loses and repeats what it carries, as its caller says. */
export class LossyTransport {
  readonly #server: Waypost;
  readonly #sender: Sender;
  /** Requests that reached the server. */
  sent = 0;
  /** Told of everything that goes over it. */
  trace: (line: string) => void = () => undefined;

  constructor(server: Waypost, sender: Sender) {
    this.#server = server;
    this.#sender = sender;
  }

  /** The answer, or null when it was lost or there never was one. */
  async send(command: string, document: WbxmlNode | null, fault: Fault = 'none'): Promise<Answer | null> {
    const body = document === null ? null : encodeWbxml(document);
    this.trace(`${this.#sender.deviceId} ${command} (${fault}) ${xml(body)}`);
    switch (fault) {
      case 'noRequest':
        return null;
      case 'noAnswer':
        await this.#once(command, body);
        return null;
      case 'twice':
      case 'twiceFirst': {
        const first = await this.#once(command, body);
        const second = await this.#once(command, body);
        return fault === 'twice' ? second : first;
      }
      case 'atOnce':
      case 'atOnceFirst': {
        const [first, second] = await Promise.all([this.#once(command, body), this.#once(command, body)]);
        return fault === 'atOnce' ? second : first;
      }
      default:
        return this.#once(command, body);
    }
  }

  async #once(command: string, body: Uint8Array | null): Promise<Answer | null> {
    this.sent++;
    const { address, password, deviceId, version } = this.#sender;
    const query = `Cmd=${command}&User=${encodeURIComponent(address)}&DeviceId=${deviceId}&DeviceType=Model`;
    const post = () =>
      this.#server.fetch(`/Microsoft-Server-ActiveSync?${query}`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${address}:${password}`).toString('base64')}`,
          'ms-asprotocolversion': version,
          ...(body === null ? {} : { 'content-type': WBXML }),
        },
        ...(body === null ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      });
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await post();
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      // The local runtime closes a connection now and then: one more answer that is lost.
      if (!isCut(error)) throw error;
      return null;
    }
    this.trace(`${deviceId} ${command}: ${response.status} ${xml(bytes)}`);
    const isDocument = response.headers.get('content-type') === WBXML && bytes.length > 0;
    return { status: response.status, root: isDocument ? decodeWbxml(bytes) : null };
  }
}

/** Whether a request failed because its connection was closed. */
export function isCut(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'fetch failed';
}

function xml(bytes: Uint8Array | null): string {
  if (bytes === null || bytes.length === 0) return 'nothing';
  return wbxmlToXml(bytes)
    .replace(/\n\s*/g, '')
    .replace(/^.*?\?>/, '');
}
