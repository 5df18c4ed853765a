import { setTimeout as sleep } from 'node:timers/promises';
import { type AdminClient, createAdminClient } from '../admin-client.ts';
import { CommandError } from '../command.ts';
import { patientFetch } from '../remote/patient.ts';
import { remoteInstallation } from '../remote/target.ts';
import { type Home, openHome, type RunningServer, readInstallation, readRunning } from './home.ts';
import { lockState } from './lock.ts';

export interface LocalServer {
  url: URL;
  admin: AdminClient;
  /** Says that work went into the server another way than by `admin`. */
  changed(): void;
}

/**
 * Time in which the queues of a server that is about to stop come to rest. Locally they live in memory, and
 * their batches wait for up to a second (wrangler.toml).
 */
const SETTLE_MS = 2000;

/** The server that `waypost start` runs here, or null when there is none that answers with our token. */
export async function findRunning(home: Home): Promise<RunningServer | null> {
  const running = await readRunning(home);
  if (running === null || !(await answers(new URL('/healthz', running.url)))) return null;
  try {
    // The address may belong to another program by now: only one that knows our token is ours.
    await createAdminClient(running.url, running.adminToken).get('/tenants');
    return running;
  } catch {
    return null;
  }
}

async function answers(url: URL): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(3000) })).ok;
  } catch {
    return false;
  }
}

/**
 * Does a piece of work with the local server: the one that runs, or else one started on the same state for as
 * long as the work takes. With --remote or WAYPOST_URL it is done with the installation that this names.
 */
export async function withLocalServer<T>(work: (server: LocalServer) => Promise<T>): Promise<T> {
  const remote = remoteInstallation();
  if (remote !== null) {
    const admin = createAdminClient(remote.url, remote.token, patientFetch(fetch));
    return work({ url: remote.url, admin, changed: () => undefined });
  }
  const home = openHome();
  const running = await findRunning(home);
  if (running !== null) {
    const admin = createAdminClient(running.url, running.adminToken);
    return work({ url: new URL(running.url), admin, changed: () => undefined });
  }
  const installation = await readInstallation(home);
  if (installation === null)
    throw new CommandError('there is no local installation yet: run "npm start" once');
  const unlock = await lockState(home, 15_000);
  try {
    const { startStack } = await import('./stack.ts');
    const stack = await startStack({ home, installation, port: 0 });
    try {
      return await workAndSettle(createAdminClient(stack.url, installation.adminToken), stack.url, work);
    } finally {
      await stack.stop();
    }
  } finally {
    unlock();
  }
}

async function workAndSettle<T>(
  admin: AdminClient,
  url: URL,
  work: (server: LocalServer) => Promise<T>,
): Promise<T> {
  let dirty = false;
  const changed = () => {
    dirty = true;
  };
  const tracked: AdminClient = {
    get: admin.get,
    post: (path, body) => {
      changed();
      return admin.post(path, body);
    },
    put: (path, body) => {
      changed();
      return admin.put(path, body);
    },
    patch: (path, body) => {
      changed();
      return admin.patch(path, body);
    },
    putBytes: (path, bytes) => {
      changed();
      return admin.putBytes(path, bytes);
    },
    delete: (path) => {
      changed();
      return admin.delete(path);
    },
    stream: admin.stream,
    postBytes: (path, bytes, contentType) => {
      changed();
      return admin.postBytes(path, bytes, contentType);
    },
  };
  try {
    return await work({ url, admin: tracked, changed });
  } finally {
    if (dirty) await sleep(SETTLE_MS);
  }
}
