import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  event: { type: string; timestamp: string; data: Record<string, unknown> };
}

export interface HookReceiver {
  url: string;
  received: Received[];
  /** Of the events that came in: the last of a type. */
  last(type: string): Received;
  types(): string[];
  /** What it answers from now on. */
  answer(how: (response: ServerResponse) => void): void;
  stop(): Promise<void>;
}

const TAKEN = (response: ServerResponse): void => {
  response.writeHead(204).end();
};

/** A receiver of webhooks on this machine. */
export async function startHookReceiver(): Promise<HookReceiver> {
  const received: Received[] = [];
  let answer = TAKEN;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    received.push({
      ...{ path: request.url ?? '', headers: request.headers, text },
      event: JSON.parse(text) as Received['event'],
    });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    last(type) {
      const found = received.findLast(({ event }) => event.type === type);
      if (found === undefined) throw new Error(`no event ${type} among ${received.map((r) => r.event.type)}`);
      return found;
    },
    types: () => received.map(({ event }) => event.type),
    answer: (how) => {
      answer = how;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** How many of the signatures were made with this secret (Standard Webhooks, by another implementation than ours). */
export function signaturesBy(secret: string, { headers, text }: Received): number {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const expected = createHmac('sha256', key).update(signed).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .map((one) => one.split(','))
    .filter(([version, text = '']) => {
      const given = Buffer.from(text, 'base64');
      return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
    }).length;
}
