/** A way out by a host that relays for us (RFC 5321, RFC 6409). docs/design/0011-smtp-client.md says why it is ours. */
import type { Carrier, CarrierResult, Consignment } from '../../core/ports/carrier.ts';
import { oneLine } from './fault.ts';
import { createPool } from './pool.ts';
import { openSession, quit, type Session } from './session.ts';
import { StaleSession, transact } from './transaction.ts';
import type { Connect, RelayHost } from './types.ts';
import { faultOf } from './wire.ts';

export { probeRelay } from './probe.ts';
export {
  type Connect,
  DEFAULT_TIMEOUTS,
  type RelayHost,
  type RelayTimeouts,
} from './types.ts';

export interface RelayServices {
  connect: Connect;
  /** Rejects, with words for an admin, when no connection to this host may be made. */
  permit(host: RelayHost): Promise<void>;
  /** Work that may go on after the answer. */
  defer(work: Promise<unknown>): void;
}

export interface RelayCarrier extends Carrier {
  /** Ends the connections that are idle now; otherwise they end by themselves in a moment. */
  close(): Promise<void>;
}

export interface RelayLimits {
  maxBytes: number;
  /** Recipients in one transaction; RFC 5321 4.5.3.1.8 promises 100. */
  maxRecipients?: number;
  /** Connections at a time, of the six that an invocation may have. */
  connections?: number;
  idleMs?: number;
}

/** Messages on one connection before it is exchanged for another: hosts have limits of their own. */
const MESSAGES = 100;

export function createSmtpRelay(services: RelayServices, host: RelayHost, limits: RelayLimits): RelayCarrier {
  const pool = createPool<Session>({
    async open() {
      await services.permit(host);
      return openSession(services.connect, host);
    },
    quit: (session) => quit(session, host),
    cut: (session) => session.wire.close(),
    max: limits.connections ?? 4,
    idleMs: limits.idleMs ?? 250,
    defer: services.defer,
  });

  async function attempt(mail: Consignment, fresh: boolean): Promise<CarrierResult[]> {
    const session = await pool.take({ fresh });
    try {
      const { results, usable } = await transact(session, mail, host.timeouts);
      if (usable && session.used < MESSAGES) {
        pool.give(session);
      } else {
        if (usable) await quit(session, host);
        pool.drop(session);
      }
      return results;
    } catch (error) {
      pool.drop(session);
      throw error;
    }
  }

  return {
    name: 'smtp-relay',
    maxBytes: limits.maxBytes,
    maxRecipients: limits.maxRecipients ?? 100,
    async send(mail) {
      try {
        try {
          return await attempt(mail, false);
        } catch (error) {
          if (!(error instanceof StaleSession)) throw error;
          return await attempt(mail, true);
        }
      } catch (error) {
        // Only before the first word of a transaction: nothing has gone out.
        const { status, message } = faultOf(error, 'the relay cannot be used', '4.3.0');
        const text = oneLine(message);
        return mail.recipients.map((address) => ({ address, outcome: 'retry', status, text }));
      }
    },
    close: () => pool.close(),
  };
}
