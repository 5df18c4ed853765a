/** Sockets of Node in the shape of those of `cloudflare:sockets`, so that what speaks over them runs here too. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

interface NodeSocket {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
  opened: Promise<unknown>;
  closed: Promise<void>;
  close(): Promise<void>;
  startTls(): NodeSocket;
}

type Transport = 'on' | 'starttls' | 'off';

/** `ca`: the authority, in PEM, whose certificates are trusted. */
export function nodeConnect(ca?: string) {
  return async (to: { hostname: string; port: number }, transport: Transport): Promise<NodeSocket> =>
    nodeSocket(to, transport, ca);
}

export function nodeSocket(
  to: { hostname: string; port: number },
  transport: Transport,
  ca?: string,
): NodeSocket {
  const options = { host: to.hostname, port: to.port };
  const tls = { ...(ca === undefined ? {} : { ca }), ...nameOf(to.hostname) };
  const socket = transport === 'on' ? connectTls({ ...options, ...tls }) : connectTcp(options);
  return wrap(socket, transport === 'on' ? 'secureConnect' : 'connect', () =>
    connectTls({ socket, host: to.hostname, ...tls }),
  );
}

function nameOf(hostname: string): { servername: string } | object {
  return /^[0-9.]+$/.test(hostname) ? {} : { servername: hostname };
}

function wrap(socket: Socket, event: string, upgrade: () => Socket): NodeSocket {
  socket.setNoDelay(true);
  const opened = new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  opened.catch(() => undefined);
  let detach: () => void = () => undefined;
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      const data = (chunk: Buffer) => {
        controller.enqueue(new Uint8Array(chunk));
        if ((controller.desiredSize ?? 0) <= 0) socket.pause();
      };
      const end = () => {
        detach();
        controller.close();
      };
      const error = (reason: Error) => {
        detach();
        controller.error(reason);
      };
      detach = () => {
        socket.off('data', data).off('end', end).off('close', end).off('error', error);
        socket.on('error', () => undefined);
      };
      socket.on('data', data).on('end', end).on('close', end).on('error', error);
      socket.pause();
    },
    pull: () => {
      socket.resume();
    },
    cancel: () => {
      detach();
      socket.destroy();
    },
  });
  const writable = new WritableStream<Uint8Array>({
    write: (chunk) =>
      new Promise((resolve, reject) => {
        socket.write(chunk, (error) => (error ? reject(error) : resolve()));
      }),
    close: () => {
      socket.end();
    },
    abort: () => {
      socket.destroy();
    },
  });
  return {
    readable,
    writable,
    opened,
    closed,
    async close() {
      socket.destroy();
    },
    startTls() {
      detach();
      socket.pause();
      return wrap(upgrade(), 'secureConnect', upgrade);
    },
  };
}
