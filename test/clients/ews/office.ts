/** A running Waypost with the small office in it, for real desktop clients. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHome } from '../../../cli/local/home.ts';
import { handIn } from '../../../cli/local/mail-in.ts';
import { startLocalWorker } from '../../../cli/local/worker.ts';
import { furnish } from './furnish.ts';

export const PASSWORD = 'secret-word';
const TOKEN = 'office-admin-token-0123456789';

export interface Office {
  url: URL;
  stop(): Promise<void>;
}

export async function openOffice(password = PASSWORD, port = 0): Promise<Office> {
  const home = mkdtempSync(join(tmpdir(), 'waypost-office-'));
  const worker = await startLocalWorker({ home: openHome(home), port, adminToken: TOKEN, postgresUrl: null });
  await furnish(
    {
      fetch: (path, init) => fetch(new URL(path, worker.url), init),
      async admin(method, path, body) {
        const response = await fetch(new URL(`/admin/v1${path}`, worker.url), {
          method,
          headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
        return JSON.parse(text === '' ? 'null' : text);
      },
      deliver: async (mail, raw) => {
        await handIn(worker.url, mail, new TextEncoder().encode(raw));
      },
    },
    password,
  );
  return {
    url: worker.url,
    async stop() {
      await worker.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
