import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';

const id = (digits: number) => z.string().regex(new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`));
const attribute = z.strictObject({
  key: z.string().min(1),
  value: z.union([
    z.strictObject({ stringValue: z.string().min(1) }),
    z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
  ]),
});
/** What a receiver takes (opentelemetry-proto, trace/v1, in the JSON of OTLP/HTTP): hexadecimal ids, times as strings. */
const request = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: z.array(attribute) }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string() }),
          spans: z.array(
            z.strictObject({
              ...{ traceId: id(32), spanId: id(16), parentSpanId: id(16).optional() },
              ...{ name: z.string().min(1), kind: z.number().int().min(1).max(5) },
              startTimeUnixNano: z.string().regex(/^\d{19}$/),
              endTimeUnixNano: z.string().regex(/^\d{19}$/),
              attributes: z.array(attribute),
              links: z.array(z.strictObject({ traceId: id(32), spanId: id(16) })),
              status: z.strictObject({
                code: z.union([z.literal(0), z.literal(2)]),
                message: z.string().optional(),
              }),
            }),
          ),
        }),
      ),
    }),
  ),
});
type Spans = z.infer<typeof request>['resourceSpans'][number]['scopeSpans'][number]['spans'];

const received: { headers: Record<string, unknown>; url: string; text: string }[] = [];
let receiver: Server;
let server: InProcess;

beforeAll(async () => {
  receiver = createServer((asked, answer) => {
    let text = '';
    asked.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    asked.on('end', () => {
      received.push({ headers: asked.headers, url: asked.url ?? '', text });
      answer.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  server = await startWith({ TRACE_SAMPLE: '1' });
});
afterAll(async () => {
  await server.stop();
  receiver.close();
});

function startWith(vars: Record<string, string>): Promise<InProcess> {
  const address = receiver.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return startInProcess({
    vars: {
      ...{ METRICS_FLUSH_MS: '0', OTLP_URL: `http://127.0.0.1:${port}/otlp`, OTLP_HEADERS: 'x-key=a%20key' },
      ...vars,
    },
  });
}

/** What came since the last time that somebody asked. */
async function spans(of: InProcess = server): Promise<Spans> {
  await of.drain();
  return received
    .splice(0)
    .flatMap(({ text }) => request.parse(JSON.parse(text)).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

describe('traces', () => {
  it('follow a message from SMTP over its queues into the mailbox', async () => {
    await server.addUser('ann@traced.example', 'a-password-1');
    await spans();
    await server.email('x@elsewhere.example', 'ann@traced.example', buildMail({ subject: 'Secret plans' }));
    await server.drain();
    expect(received[0]).toMatchObject({ url: '/otlp/v1/traces', headers: { 'x-key': 'a key' } });
    const all = await spans();
    const [smtp] = all.filter(({ name }) => name === 'smtp');
    const ofMessage = all.filter(({ traceId }) => traceId === smtp?.traceId);
    const names = new Set(ofMessage.map(({ name }) => name));
    for (const name of [
      'blobs.putRaw',
      'send ingest',
      'process mail-ingest',
      'send index',
      'process index',
      'process notify',
      'process arrived',
    ]) {
      expect([...names]).toContain(name);
    }
    const byId = new Map(ofMessage.map((span) => [span.spanId, span]));
    const parentOf = (name: string) =>
      byId.get(ofMessage.find((s) => s.name === name)?.parentSpanId ?? '')?.name;
    expect(parentOf('send ingest')).toBe('smtp');
    expect(parentOf('process mail-ingest')).toBe('send ingest');
    expect(parentOf('send index')).toBe('process mail-ingest');
    expect(parentOf('process index')).toBe('send index');
    expect(JSON.stringify(all)).not.toMatch(/traced\.example|elsewhere|Secret|@/);
  });

  it('of a request have its route, status and correlation id, and what it asked of the stores', async () => {
    await spans();
    await server.fetch('/EWS/Exchange.asmx', {
      method: 'POST',
      headers: {
        ...{ authorization: `Basic ${btoa('ann@traced.example:a-password-1')}`, traceparent: TRACEPARENT },
        ...{ 'content-type': 'text/xml', 'x-correlation-id': 'correlation-77' },
      },
      body: '<nothing/>',
    });
    const all = await spans();
    const root = all.find(({ name }) => name === 'ews/other');
    expect(root?.attributes).toContainEqual({
      key: 'waypost.correlation_id',
      value: { stringValue: 'correlation-77' },
    });
    expect(root?.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: '400' } });
    expect(root?.kind).toBe(2);
    const below = all.filter(({ parentSpanId }) => parentSpanId === root?.spanId);
    expect(below.some(({ name }) => name.startsWith('directory.'))).toBe(true);
    // Whoever is outside does not say what trace this is: theirs is linked.
    expect(root?.traceId).not.toBe(TRACE);
    expect(root?.links).toEqual([{ traceId: TRACE, spanId: '00f067aa0ba902b7' }]);
  });

  it('go on with the trace of a client where the configuration says so, and only then without being sampled', async () => {
    const continuing = await startWith({ TRACE_SAMPLE: '0', TRACE_PARENT: 'continue' });
    try {
      await spans();
      for (const traceparent of [TRACEPARENT, TRACEPARENT.replace(/01$/, '00'), '00-zz-01', '']) {
        await continuing.fetch('/healthz', { headers: { traceparent } });
      }
      const all = await spans(continuing);
      expect(all.map(({ traceId, parentSpanId, name }) => [traceId, parentSpanId, name])).toEqual([
        [TRACE, '00f067aa0ba902b7', 'healthz'],
      ]);
    } finally {
      await continuing.stop();
    }
  });

  it('are not made without a receiver, or when they are not sampled', async () => {
    const quietly: Record<string, string>[] = [{ TRACE_SAMPLE: '0' }, { OTLP_URL: '', TRACE_SAMPLE: '1' }];
    for (const vars of quietly) {
      const quiet = await startWith(vars);
      try {
        await spans();
        await quiet.fetch('/healthz', { headers: { traceparent: TRACEPARENT } });
        expect(await spans(quiet)).toEqual([]);
      } finally {
        await quiet.stop();
      }
    }
  });

  it('go to a host of the configuration over https only, and headers must be readable', async () => {
    const mistakes: Record<string, string>[] = [
      { OTLP_URL: 'http://collector.example' },
      { OTLP_HEADERS: 'no value' },
    ];
    for (const vars of mistakes) {
      const wrong = await startWith(vars);
      try {
        await expect(wrong.fetch('/healthz')).rejects.toThrow(/OTLP_/);
      } finally {
        await wrong.stop();
      }
    }
  });
});
