import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/**
 * What happens to a connection between the Worker and PostgreSQL.
 *
 * - refuse: it is closed as soon as it is opened.
 * - cutBefore: it is closed in the place of the next commit, which never reaches the server.
 * - cutAfter: the next commit reaches the server, whose answer is lost: a reset.
 * - cutAnswer: it is closed in the middle of an answer.
 * - delay: everything takes its time.
 * - silent: from here on nothing comes through any more, and nobody says so.
 */
export type WireFault = 'refuse' | 'cutBefore' | 'cutAfter' | 'cutAnswer' | 'delay' | 'silent';

export interface TcpProxy {
  readonly port: number;
  /** Faults that have struck, by kind. */
  readonly struck: Record<WireFault, number>;
  /** Decides for each new connection; null leaves it alone. */
  plan: () => WireFault | null;
  /** Closes what is open and stops listening. */
  stop(): Promise<void>;
}

const DELAY_MS = 40;
/** The word in a message Query or Parse (PostgreSQL protocol 3.0), whose length or name stands before it. */
const COMMIT = /[\0\v]commit\0/i;

/** A proxy on the loopback in front of a server on the loopback. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const open = new Set<Socket>();
  const struck = { refuse: 0, cutBefore: 0, cutAfter: 0, cutAnswer: 0, delay: 0, silent: 0 };
  const server = createServer((client) => {
    const fault = proxy.plan();
    if (fault === 'refuse') {
      struck.refuse++;
      client.destroy();
      return;
    }
    const upstream = dial(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      // The other end is told by the close that follows.
      socket.on('error', () => undefined);
    }
    carry(client, upstream, fault, () => {
      if (fault !== null) struck[fault]++;
    });
  });
  const port = await listening(server);
  const proxy: TcpProxy = {
    port,
    struck,
    plan: () => null,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
  return proxy;
}

function carry(client: Socket, upstream: Socket, fault: WireFault | null, strike: () => void): void {
  let committed = false;
  let stopped = false;
  let tail = '';
  let done = false;
  const once = () => {
    if (!done) strike();
    done = true;
  };
  const hold = (act: () => void) => {
    if (fault !== 'delay') return act();
    once();
    setTimeout(act, DELAY_MS);
  };
  client.on('data', (chunk) => {
    const seen = tail + chunk.toString('latin1');
    // A word may come in two pieces.
    tail = seen.slice(-16);
    const commits = COMMIT.test(seen);
    if (commits && fault === 'cutBefore') {
      once();
      // The transaction ends with its connection; the client is cut off without a word.
      upstream.destroy();
      client.resetAndDestroy();
      return;
    }
    if (commits && fault === 'silent') {
      once();
      stopped = true;
    }
    if (stopped) return;
    committed ||= commits;
    hold(() => upstream.write(chunk));
  });
  upstream.on('data', (chunk) => {
    if (committed && fault === 'cutAfter') {
      once();
      client.resetAndDestroy();
      upstream.end();
      return;
    }
    if (committed && fault === 'cutAnswer') {
      once();
      client.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => client.destroy());
      upstream.end();
      return;
    }
    if (!stopped) hold(() => client.write(chunk));
  });
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => {
    if (!stopped) hold(() => client.destroy());
  });
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new Error('no port'));
    });
  });
}
