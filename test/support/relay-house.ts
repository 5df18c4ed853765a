import { afterEach } from 'vitest';
import type { Consignment } from '../../core/ports/carrier.ts';
import { createSmtpRelay, DEFAULT_TIMEOUTS, type RelayHost } from '../../outbound/smtp-relay/index.ts';
import { nodeConnect } from './node-connect.ts';
import { makeSmtpAuthority } from './smtp-authority.ts';
import {
  type SmtpReaction,
  type SmtpScript,
  type SmtpServer,
  type SmtpVerb,
  startSmtpServer,
} from './smtp-server.ts';

const TIMEOUTS = Object.fromEntries(
  Object.keys(DEFAULT_TIMEOUTS).map((step) => [step, 250]),
) as unknown as typeof DEFAULT_TIMEOUTS;

/** Scripted hosts and relays to them, for the tests of one file. */
export function relayHouse() {
  const { authority, tls } = makeSmtpAuthority();
  const open: SmtpServer[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.stop();
  });
  async function house(script: SmtpScript = {}, host: Partial<RelayHost> = {}) {
    const server = await startSmtpServer(script);
    open.push(server);
    const deferred: Promise<unknown>[] = [];
    const to: RelayHost = {
      ...{
        host: 'localhost',
        port: server.port,
        security: 'plain',
        credentials: null,
        clearCredentials: false,
      },
      ...{ heloName: 'out.one.example', timeouts: TIMEOUTS },
      ...host,
    };
    const connect = nodeConnect(authority);
    const relay = createSmtpRelay(
      { connect, permit: async () => undefined, defer: (work) => void deferred.push(work) },
      to,
      { maxBytes: 25_000_000, idleMs: 50 },
    );
    return { server, relay, to, connect, deferred };
  }
  return { house, tls };
}

export function mail(change: Partial<Consignment> & { raw?: string | Uint8Array } = {}): Consignment {
  const { raw = 'Subject: x\r\n\r\nhello\r\n', ...rest } = change;
  const bytes = typeof raw === 'string' ? Buffer.from(raw, 'utf8') : raw;
  return {
    mailFrom: 'ann@one.example',
    recipients: ['bob@two.example'],
    open: () => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream(),
    size: bytes.length,
    needs: { smtputf8: false, eightBit: false },
    messageId: 'id@one.example',
    correlationId: 'c',
    ...rest,
  };
}

export const at = (verb: SmtpVerb, reaction: SmtpReaction, message = 0) => ({
  on: (step: { verb: SmtpVerb; message: number }) =>
    step.verb === verb && step.message === message ? reaction : undefined,
});
