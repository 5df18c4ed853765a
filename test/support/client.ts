import type { DomainView, UserView } from '../../shared/admin-api.ts';
import type { LogLine, Waypost } from './harness.ts';

export const ADMIN_TOKEN = 'test-admin-token-0123456789';
export const SECRETS_KEY = 'test-secrets-key-0123456789-0123456789';

/** The calls that are made of others: what every running Waypost has, however it runs. */
export function createClient(
  request: Waypost['fetch'],
  logs: Waypost['logs'],
): Pick<Waypost, 'admin' | 'addUser' | 'waitForLog'> {
  async function admin<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await request(`/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text === '' ? 'null' : text) as T;
  }

  return {
    admin,
    async addUser(address, password) {
      const domain = address.slice(address.lastIndexOf('@') + 1);
      const { items } = await admin<{ items: DomainView[] }>('GET', '/domains');
      if (!items.some((d) => d.domain === domain)) await admin('POST', '/domains', { domain });
      return admin<UserView>('POST', '/users', { address, ...(password === undefined ? {} : { password }) });
    },
    async waitForLog(fits: (line: LogLine) => boolean, timeoutMs = 60_000) {
      const end = Date.now() + timeoutMs;
      for (;;) {
        const line = logs().find(fits);
        if (line !== undefined) return line;
        if (Date.now() > end) throw new Error(`no such log line within ${timeoutMs} ms`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
  };
}
