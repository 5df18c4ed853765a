import type { InProcess } from '../support/in-process/index.ts';

/** A browser with one page of the installation: keeps cookies, and says where its requests come from. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #server: InProcess;
  /** What the last answer set, as it was written. */
  setCookies: string[] = [];

  constructor(server: InProcess) {
    this.#server = server;
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const changes = method !== 'GET';
    const response = await this.#server.fetch(path, {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'user-agent': 'Browser/1.0',
        ...(changes ? { origin: this.#server.url.origin, 'sec-fetch-site': 'same-origin' } : {}),
        ...(changes && method !== 'DELETE' ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    this.setCookies = response.headers.getSetCookie();
    for (const line of this.setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text === '' ? 'null' : text) as T;
  }

  /** Status and code of the problem, or of what went well. */
  async outcome(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    const response = await this.send(method, path, body, headers);
    const text = await response.text();
    if (response.ok) return `${response.status}`;
    return `${response.status} ${(JSON.parse(text) as { code: string }).code}`;
  }
}
