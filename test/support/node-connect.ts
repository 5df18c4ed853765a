/** Sockets of Node in the shape of those of `cloudflare:sockets`, so that what speaks over them runs here too. */
import { connect as connectTcp, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

interface NodeSocket {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
  opened: Promise<unknown>;
  closed: Promise<void>;
  close(): Promise<void>;
  startTls(): NodeSocket;
}

/** `ca`: the authority, in PEM, whose certificates are trusted. */
export function nodeConnect(ca?: string) {
  return async (
    to: { hostname: string; port: number },
    transport: 'on' | 'starttls' | 'off',
  ): Promise<NodeSocket> => {
    const options = { host: to.hostname, port: to.port };
    const tls = { ...(ca === undefined ? {} : { ca }), ...nameOf(to.hostname) };
    const socket = transport === 'on' ? connectTls({ ...options, ...tls }) : connectTcp(options);
    return wrap(socket, transport === 'on' ? 'secureConnect' : 'connect', () =>
      connectTls({ socket, host: to.hostname, ...tls }),
    );
  };
}

function nameOf(hostname: string): { servername: string } | object {
  return /^[0-9.]+$/.test(hostname) ? {} : { servername: hostname };
}

function wrap(socket: Socket, event: string, upgrade: () => Socket): NodeSocket {
  socket.setNoDelay(true);
  const opened = new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  opened.catch(() => undefined);
  socket.on('error', () => undefined);
  let ends: { readable: ReadableStream; writable: WritableStream } | null = null;
  const streams = () => {
    ends ??= Duplex.toWeb(socket) as unknown as { readable: ReadableStream; writable: WritableStream };
    return ends;
  };
  return {
    get readable() {
      return streams().readable as ReadableStream<Uint8Array>;
    },
    get writable() {
      return streams().writable as WritableStream<Uint8Array>;
    },
    opened,
    closed,
    async close() {
      socket.destroy();
    },
    startTls: () => wrap(upgrade(), 'secureConnect', upgrade),
  };
}
