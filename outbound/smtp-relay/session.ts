import { authenticate } from './auth.ts';
import { type Capabilities, NO_CAPABILITIES, parseCapabilities } from './capabilities.ts';
import { RelayFault, within } from './fault.ts';
import { type Reply, wordsOf } from './reply.ts';
import type { Connect, RelayHost } from './types.ts';
import { faultOf, type Observer, Wire } from './wire.ts';

/** A connection that is ready for MAIL. */
export interface Session {
  /** As it was named to us. */
  host: string;
  wire: Wire;
  capabilities: Capabilities;
  encrypted: boolean;
  /** Something of an earlier transaction may be left: RSET first. */
  unclean: boolean;
  /** Transactions so far. */
  used: number;
}

/** Connects, greets, encrypts and signs in. Rejects with a RelayFault: nothing was sent yet. */
export async function openSession(connect: Connect, to: RelayHost, observe?: Observer): Promise<Session> {
  const { timeouts } = to;
  const wire = await dial(connect, to, observe);
  try {
    expect(await wire.reply(timeouts.greeting, 'greeting'), 'greeting');
    let capabilities = await greet(wire, to);
    let encrypted = to.security === 'tls';
    if (to.security === 'starttls' && !capabilities.startTls) {
      throw new RelayFault('4.7.5', 'the host does not offer STARTTLS');
    }
    if ((to.security === 'starttls' || to.security === 'opportunistic') && capabilities.startTls) {
      await wire.send(['STARTTLS'], timeouts.block);
      expect(await wire.reply(timeouts.command, 'STARTTLS'), 'STARTTLS');
      await wire.startTls(timeouts.connect);
      encrypted = true;
      // What was said in the clear counts no more (RFC 3207 4.2).
      capabilities = await greet(wire, to);
    }
    if (to.credentials !== null) {
      if (!encrypted && !to.clearCredentials) {
        throw new RelayFault('4.7.5', 'credentials are not sent over a connection without TLS');
      }
      await authenticate(wire, capabilities.auth, to.credentials, timeouts);
    }
    return { host: to.host, wire, capabilities, encrypted, unclean: false, used: 0 };
  } catch (error) {
    wire.close();
    throw faultOf(error, 'the session failed');
  }
}

async function dial(connect: Connect, to: RelayHost, observe?: Observer): Promise<Wire> {
  const transport = { tls: 'on', starttls: 'starttls', opportunistic: 'starttls', plain: 'off' } as const;
  const where = `${to.host}:${to.port}`;
  try {
    const opening = connect({ hostname: to.host, port: to.port }, transport[to.security]);
    const socket = await within(opening, to.timeouts.connect, `connecting to ${where}`);
    try {
      await within(socket.opened, to.timeouts.connect, `connecting to ${where}`);
    } catch (error) {
      socket.close().catch(() => undefined);
      throw error;
    }
    return new Wire(socket, observe);
  } catch (error) {
    throw faultOf(error, `no connection to ${where}`, '4.4.1');
  }
}

/** EHLO, or HELO for a host that does not know it (RFC 5321 3.2). */
async function greet(wire: Wire, { heloName, timeouts }: RelayHost): Promise<Capabilities> {
  await wire.send([`EHLO ${heloName}`], timeouts.block);
  const reply = await wire.reply(timeouts.command, 'EHLO');
  if (reply.code === 250) return parseCapabilities(reply);
  if (reply.code < 500) expect(reply, 'EHLO');
  await wire.send([`HELO ${heloName}`], timeouts.block);
  expect(await wire.reply(timeouts.command, 'HELO'), 'HELO');
  return NO_CAPABILITIES;
}

function expect(reply: Reply, what: string): void {
  // Even 5xx here is a word about us or the host, not about a message: it may be put right.
  if (reply.code < 200 || reply.code > 299) {
    throw new RelayFault('4.3.2', `${what} was refused: ${wordsOf(reply)}`);
  }
}

/** Takes leave (RFC 5321 4.1.1.10). Never rejects. */
export async function quit(session: Session, { timeouts }: RelayHost): Promise<void> {
  try {
    await session.wire.send(['QUIT'], timeouts.quit);
    await session.wire.reply(timeouts.quit, 'QUIT');
  } catch {
    // It is over either way.
  } finally {
    session.wire.close();
  }
}
