import http from 'node:http';
import https from 'node:https';
import { Unreachable } from './errors.ts';

export interface HttpRequest {
  url: URL;
  method: 'OPTIONS' | 'POST';
  headers: Record<string, string>;
  body: Uint8Array | null;
  /** Milliseconds without an answer; a Ping needs more than its heartbeat. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface HttpReply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Uint8Array;
}

/**
 * HTTP with connections that are kept. node:http and not fetch: fetch gives up on an answer whose head takes
 * more than five minutes, and a Ping may wait for an hour.
 */
export class Transport {
  readonly #plain = new http.Agent({ keepAlive: true });
  readonly #secure = new https.Agent({ keepAlive: true });

  async send(request: HttpRequest): Promise<HttpReply> {
    try {
      return await this.#once(request);
    } catch (error) {
      // A kept connection that the server had closed meanwhile: the request never reached it.
      if (error instanceof StaleConnection) return this.#once(request);
      throw error;
    }
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  #once({ url, method, headers, body, timeoutMs, signal }: HttpRequest): Promise<HttpReply> {
    const secure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request(url, {
        method,
        headers: { ...headers, 'content-length': String(body?.length ?? 0) },
        agent: secure ? this.#secure : this.#plain,
        timeout: timeoutMs,
        ...(signal === undefined ? {} : { signal }),
      });
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (error) => reject(new Unreachable(`the answer broke off: ${error.message}`)));
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          });
        });
      });
      request.on('timeout', () => {
        request.destroy(new Error(`no answer within ${Math.round(timeoutMs / 1000)} s`));
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (signal?.aborted === true) reject(signal.reason);
        else if (request.reusedSocket && error.code === 'ECONNRESET')
          reject(new StaleConnection(error.message));
        else reject(new Unreachable(`${url.origin} cannot be reached: ${explain(error)}`, { cause: error }));
      });
      request.end(body ?? undefined);
    });
  }
}

class StaleConnection extends Error {}

const REASONS: Record<string, string> = {
  ENOTFOUND: 'there is no such host',
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'the host is not reachable',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  EPROTO: 'it does not speak TLS there',
};

function explain(error: NodeJS.ErrnoException): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  const code: unknown = error.code ?? inner?.code;
  return (typeof code === 'string' ? REASONS[code] : undefined) ?? (error.message || String(code));
}
