import { afterAll } from 'vitest';
import { rewriteHeader } from '../../codecs/mime/edit/index.ts';
import type { CarrierResult, Consignment } from '../../core/ports/carrier.ts';
import { createCloudflareEmail } from '../../outbound/cloudflare-email/index.ts';
import { type Placement, placeLocally } from '../../outbound/local/place.ts';
import { createSmtpRelay, DEFAULT_TIMEOUTS } from '../../outbound/smtp-relay/index.ts';
import { createMemoryBlobStore } from '../../store/memory/index.ts';
import { nodeConnect } from '../support/node-connect.ts';
import {
  type SmtpReaction,
  type SmtpServer,
  type SmtpVerb,
  startSmtpServer,
} from '../support/smtp-server.ts';
import { ALL_FAULTS, type CarrierFault, type CarrierWorld, carrierContract } from './carrier.ts';

const servers: SmtpServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.stop();
});

/** What a relay does under each fault. */
const RELAY_FAULTS: Record<CarrierFault, (verb: SmtpVerb, line: string) => SmtpReaction | undefined> = {
  'victim-refused': (verb, line) =>
    verb === 'RCPT' && line.includes('<victim') ? '550 5.1.1 unknown' : undefined,
  'victim-later': (verb, line) =>
    verb === 'RCPT' && line.includes('<victim') ? '450 4.2.0 later' : undefined,
  'host-later': (verb) => (verb === 'MAIL' ? '451 4.3.0 later' : undefined),
  'host-refused': (verb) => (verb === 'END' ? '554 5.7.1 no' : undefined),
  'answer-lost': (verb) => (verb === 'END' ? 'drop' : undefined),
  'host-away': (verb) => (verb === 'CONNECT' ? 'drop' : undefined),
};

async function relayWorld(capabilities: string[]): Promise<CarrierWorld> {
  let fault: CarrierFault | null = null;
  const server = await startSmtpServer({
    capabilities,
    on: ({ verb, line }) => (fault === null ? undefined : RELAY_FAULTS[fault](verb, line)),
  });
  servers.push(server);
  const relay = createSmtpRelay(
    { connect: nodeConnect(), permit: async () => undefined, defer: () => undefined },
    {
      ...{
        host: '127.0.0.1',
        port: server.port,
        security: 'plain',
        credentials: null,
        clearCredentials: false,
      },
      ...{ heloName: 'out.one.example', timeouts: { ...DEFAULT_TIMEOUTS, quit: 100 } },
    },
    { maxBytes: 26_214_400, idleMs: 20 },
  );
  return {
    send: (mail) => relay.send(mail),
    arrived: () =>
      server.messages.flatMap(({ recipients, bytes }) =>
        recipients.map((recipient) => ({ recipient, bytes })),
      ),
    break: (next) => {
      fault = next;
    },
  };
}

carrierContract({
  name: 'relay',
  maxBytes: 26_214_400,
  faults: ALL_FAULTS,
  open: () =>
    relayWorld(['PIPELINING', 'SIZE 26214400', '8BITMIME', 'SMTPUTF8', 'DSN', 'ENHANCEDSTATUSCODES']),
});
carrierContract({
  name: 'relay that takes one command at a time',
  maxBytes: 26_214_400,
  faults: ALL_FAULTS,
  open: () => relayWorld(['SIZE 26214400', '8BITMIME']),
});

const coded = (code: string) => Object.assign(new Error('said the service'), { code });
const SERVICE_FAULTS: Record<CarrierFault, (to: string) => Error | undefined> = {
  'victim-refused': (to) => (to.startsWith('victim') ? coded('E_RECIPIENT_SUPPRESSED') : undefined),
  'victim-later': (to) => (to.startsWith('victim') ? coded('E_RATE_LIMIT_EXCEEDED') : undefined),
  'host-later': () => coded('E_DAILY_LIMIT_EXCEEDED'),
  'host-refused': () => coded('E_SENDER_NOT_VERIFIED'),
  'answer-lost': () => new Error('Network connection lost.'),
  'host-away': () => coded('E_INTERNAL_SERVER_ERROR'),
};

carrierContract({
  name: 'Cloudflare Email Service',
  maxBytes: 5_242_880,
  faults: ALL_FAULTS,
  async open() {
    let fault: CarrierFault | null = null;
    const taken: { recipient: string; bytes: Buffer }[] = [];
    const carrier = createCloudflareEmail<{ recipient: string; bytes: Buffer }>(
      {
        async send(email) {
          const error = fault === null ? undefined : SERVICE_FAULTS[fault](email.recipient);
          if (error !== undefined) throw error;
          taken.push(email);
          return { messageId: `<${taken.length}@cf.example>` };
        },
      },
      async (_from, recipient, raw) => ({
        recipient,
        bytes: Buffer.from(await new Response(raw).arrayBuffer()),
      }),
    );
    return {
      send: (mail) => carrier.send(mail),
      arrived: () => taken,
      break: (next) => {
        fault = next;
      },
    };
  },
});

const LOCAL_FAULTS: Partial<Record<CarrierFault, (to: string) => boolean>> = {
  'victim-later': (to) => to.startsWith('victim'),
  'host-away': () => true,
};

/** Mailboxes here: whether they take a message at all is decided before (outbound/plan.ts). */
carrierContract({
  name: 'mailboxes of this installation',
  maxBytes: Number.POSITIVE_INFINITY,
  faults: new Set(['victim-later', 'host-away']),
  async open() {
    let fault: CarrierFault | null = null;
    let sent = 0;
    const blobs = createMemoryBlobStore();
    const stored: { recipient: string; bytes: Buffer }[] = [];
    const services: Parameters<typeof placeLocally>[0] = {
      blobs: {
        ...blobs,
        async putRaw(key, raw, envelope) {
          const { rcptTo } = envelope;
          if (fault !== null && LOCAL_FAULTS[fault]?.(rcptTo) === true) throw new Error('storage is away');
          const done = await blobs.putRaw(key, raw, envelope);
          const bytes = Buffer.from((await blobs.readRange(key, 0, envelope.rawSize)) ?? []);
          stored.push({ recipient: rcptTo, bytes });
          return done;
        },
      },
      queues: {
        ingest: async () => undefined,
        outbound: async () => undefined,
        audit: async () => undefined,
      },
      ingestNow: async () => [],
      log: { info() {}, warn() {}, error() {} },
    };
    return {
      send: (mail) => placed(services, mail, ++sent),
      arrived: () => stored,
      break: (next) => {
        fault = next;
      },
    };
  },
});

/** Local delivery in the terms of a carrier: what is not durable is owed still. */
async function placed(
  services: Parameters<typeof placeLocally>[0],
  mail: Consignment,
  number: number,
): Promise<CarrierResult[]> {
  const later = (text: string) =>
    mail.recipients.map((address): CarrierResult => ({ address, outcome: 'retry', status: '4.3.0', text }));
  let raw: Uint8Array;
  try {
    raw = new Uint8Array(await new Response(mail.open()).arrayBuffer());
  } catch (error) {
    return later(String(error));
  }
  if (raw.length !== mail.size) return later('the message is not whole');
  const placements = mail.recipients.map((address, n): Placement => {
    const ref = { tenantId: 't1', mailboxId: address, shard: 'MAIL_1' };
    const envelope = { mailFrom: mail.mailFrom, rcptTo: address };
    return {
      ref,
      itemId: `item-${number}-${n}`,
      at: 1_800_000_000_000,
      message: rewriteHeader(raw, new Set(), []),
      envelope,
    };
  });
  const durable = await placeLocally(services, placements, mail.correlationId);
  return placements.map((placement): CarrierResult => {
    const address = placement.envelope.rcptTo;
    return durable.has(placement)
      ? { address, outcome: 'sent', status: '2.1.5', text: 'in its mailbox' }
      : { address, outcome: 'retry', status: '4.3.0', text: 'its mailbox cannot be written now' };
  });
}
