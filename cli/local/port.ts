import { createServer } from 'node:net';
import { CommandError } from '../command.ts';

/** Fails with a sentence when nothing can listen on this port of the loopback address. */
export async function requireFreePort(port: number): Promise<void> {
  try {
    await listenOnce(port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new CommandError(`port ${port} is taken by another program: choose another with --port N`);
    }
    if (code === 'EACCES')
      throw new CommandError(`port ${port} is not allowed: choose one above 1023 with --port N`);
    throw error;
  }
}

/** A port of the loopback address that is free now. */
export function findFreePort(): Promise<number> {
  return listenOnce(0);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
