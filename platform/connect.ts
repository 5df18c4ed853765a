/**
 * What only the platform has: sockets, and the class of messages for a `send_email` binding. Loaded when they are
 * first used, so that everything else also runs where there are none.
 */
export async function connectSocket(
  to: { hostname: string; port: number },
  secureTransport: 'on' | 'starttls' | 'off',
): Promise<Socket> {
  const { connect } = await import('cloudflare:sockets');
  const hostname = to.hostname.includes(':') ? `[${to.hostname}]` : to.hostname;
  return connect({ hostname, port: to.port }, { secureTransport, allowHalfOpen: false });
}

export async function makeEmail(
  from: string,
  to: string,
  raw: ReadableStream<Uint8Array>,
): Promise<EmailMessage> {
  const { EmailMessage: Message } = await import('cloudflare:email');
  return new Message(from, to, raw);
}
