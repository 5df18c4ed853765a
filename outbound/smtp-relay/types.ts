/** One TCP connection. `cloudflare:sockets` gives such ones; tests make them of node:net and node:tls. */
export interface RelaySocket {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** Resolves when the connection stands, with TLS where that begins at once. */
  readonly opened: Promise<unknown>;
  close(): Promise<void>;
  /** The same connection from the TLS handshake on; this one is of no use any more. */
  startTls(): RelaySocket;
}

/** `on`: TLS from the first byte. `starttls`: in the clear until startTls(). */
export type Connect = (
  to: { hostname: string; port: number },
  transport: 'on' | 'starttls' | 'off',
) => Promise<RelaySocket>;

/**
 * tls: from the first byte (RFC 8314 3.3). starttls: required. opportunistic: where the host offers it, never with
 * credentials otherwise. plain: in the clear.
 */
type RelaySecurity = 'tls' | 'starttls' | 'opportunistic' | 'plain';

export interface RelayCredentials {
  /** auto: the first of PLAIN, LOGIN that the host offers. */
  mechanism: 'auto' | 'plain' | 'login' | 'xoauth2';
  user: string;
  /** Password, or access token for xoauth2. */
  secret: string;
}

/** Milliseconds. RFC 5321 4.5.3.2 asks for minutes, which an invocation does not have: each is shorter here. */
export interface RelayTimeouts {
  connect: number;
  greeting: number;
  /** EHLO, STARTTLS, each step of AUTH, RSET. */
  command: number;
  mail: number;
  rcpt: number;
  /** The answer to DATA. */
  data: number;
  /** One write of the message. */
  block: number;
  /** The answer to the final dot: what comes later leaves the message uncertain. */
  end: number;
  quit: number;
}

export const DEFAULT_TIMEOUTS: RelayTimeouts = {
  connect: 15_000,
  greeting: 30_000,
  command: 30_000,
  mail: 60_000,
  rcpt: 60_000,
  data: 60_000,
  block: 60_000,
  end: 180_000,
  quit: 1_000,
};

export interface RelayHost {
  host: string;
  port: number;
  security: RelaySecurity;
  credentials: RelayCredentials | null;
  /** Credentials may go over a connection without TLS: the host is this machine or a private network. */
  clearCredentials: boolean;
  /** What EHLO says of us. */
  heloName: string;
  timeouts: RelayTimeouts;
}
