/** What tests of the trace and of the quarantine share: a tenant with two phones, a next host, the command line. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Page, TraceDetailView, TraceView, UserView } from '../../shared/admin-api.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';
import { type SmtpServer, startSmtpServer } from '../support/smtp-server.ts';
import type { Phone } from './phone.ts';
import { sendingKit } from './sending-kit.ts';

export const STAMP =
  'Authentication-Results: mx.waypost.local; spf=pass smtp.mailfrom=fay@out.example; dkim=none';

let relay: SmtpServer;
export let server: InProcess;
let door: Server;
export let cli: CommandLine;
export let tenantId: string;
export let ann: Phone;
export let bob: Phone;
const kit = sendingKit(() => server);
const { newPhone } = kit;
export const { request, plain, post, encode } = kit;

/** The Worker of this process behind a port of this machine, for the command line. */
async function listen(): Promise<URL> {
  door = createServer(async (asked, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk as Buffer);
    const response = await server.fetch(asked.url ?? '/', {
      method: asked.method ?? 'GET',
      headers: { authorization: asked.headers.authorization ?? '', 'content-type': 'application/json' },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    answer.writeHead(response.status, { 'content-type': response.headers.get('content-type') ?? '' });
    answer.end(Buffer.from(await response.arrayBuffer()));
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(door.address() as AddressInfo).port}/`);
}

/** Starts everything for the tests of one file. */
export function withTrace(): void {
  beforeAll(async () => {
    relay = await startSmtpServer({
      on: ({ verb, line }) => {
        if (verb !== 'RCPT') return undefined;
        return line.includes('<nobody@')
          ? '550 5.1.1 not here'
          : line.includes('<slow@')
            ? '451 4.7.1 later'
            : undefined;
      },
    });
    server = await startInProcess({
      vars: {
        ...{ RELAY_ALLOW_PRIVATE: '1', RELAY_PORTS: String(relay.port) },
        OUTBOUND_DEFAULT: `smtp://127.0.0.1:${relay.port}`,
      },
    });
    ({ tenantId } = (await server.addUser('first@mail.test', 'a-password')) as UserView);
    ann = await newPhone();
    bob = await newPhone();
    await server.admin('POST', '/domains', { domain: 'side.test', tenantId });
    await server.addUser('sid@side.test');
    cli = await commandLine({ ...server, url: await listen() });
  }, 120_000);
  afterAll(async () => {
    cli?.end();
    door?.close();
    await server?.stop();
    await relay?.stop();
  });
}

export const list = async (query: Record<string, string> = {}, token?: string): Promise<Page<TraceView>> => {
  const path = `/admin/v1/tenants/${tenantId}/trace?${new URLSearchParams(query)}`;
  const headers = { authorization: `Bearer ${token ?? server.adminToken}` };
  const answer = await server.fetch(path, { headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Page<TraceView>;
};
export const show = (id: string) => server.admin<TraceDetailView>('GET', `/tenants/${tenantId}/trace/${id}`);
export const stepsOf = ({ steps }: TraceDetailView) =>
  steps.map(({ step, verdict, recipient }) =>
    [step, verdict, ...(recipient === null ? [] : [recipient])].join(' '),
  );

export async function deliver(
  to: string,
  options: Parameters<typeof buildMail>[0] = {},
  from = 'fay@out.example',
) {
  const result = await server.email(from, to, buildMail({ trace: [STAMP], ...options }));
  await server.drain();
  return result;
}
