import { describe, expect, test } from 'vitest';
import type { Consignment } from '../../core/ports/carrier.ts';
import { ERROR_CODES } from './errors.ts';
import { createCloudflareEmail } from './index.ts';

interface Email {
  from: string;
  to: string;
  raw: string;
}

function error(code: string | null, message = 'no'): Error {
  return Object.assign(new Error(message), code === null ? {} : { code });
}

function service(answer: (email: Email, call: number) => unknown = () => undefined) {
  const taken: Email[] = [];
  let calls = 0;
  const carrier = createCloudflareEmail<Email>(
    {
      async send(email) {
        const said = await answer(email, calls++);
        if (said instanceof Error) throw said;
        taken.push(email);
        return (
          (said as { messageId: string } | undefined) ?? { messageId: `<id-${taken.length}@cf.example>` }
        );
      },
    },
    async (from, to, raw) => ({
      from,
      to,
      raw: Buffer.from(await new Response(raw).arrayBuffer()).toString('latin1'),
    }),
    { timeoutMs: 100 },
  );
  return { carrier, taken, calls: () => calls };
}

const RAW =
  'From: Ann <ann@one.example>\r\nTo: bob@two.example\r\nSubject: x\r\nMessage-ID: <a@b>\r\n\r\nhello\r\n';

function mail(change: Partial<Consignment> & { raw?: string } = {}): Consignment {
  const { raw = RAW, ...rest } = change;
  const bytes = Buffer.from(raw, 'latin1');
  return {
    mailFrom: 'ann@one.example',
    recipients: ['bob@two.example'],
    open: () => new Blob([bytes]).stream(),
    size: bytes.length,
    needs: { smtputf8: false, eightBit: false },
    messageId: 'a@b',
    correlationId: 'c',
    ...rest,
  };
}

describe('a message by Cloudflare Email Service', () => {
  test('is its very bytes, once for each recipient, whose ids come back', async () => {
    const { carrier, taken } = service();
    const results = await carrier.send(mail({ recipients: ['bob@two.example', 'cid@two.example'] }));
    expect(results).toEqual([
      {
        address: 'bob@two.example',
        outcome: 'sent',
        status: '2.0.0',
        text: 'taken as id-1@cf.example',
        remoteId: 'id-1@cf.example',
      },
      {
        address: 'cid@two.example',
        outcome: 'sent',
        status: '2.0.0',
        text: 'taken as id-2@cf.example',
        remoteId: 'id-2@cf.example',
      },
    ]);
    expect(taken).toEqual([
      { from: 'ann@one.example', to: 'bob@two.example', raw: RAW },
      { from: 'ann@one.example', to: 'cid@two.example', raw: RAW },
    ]);
  });

  test('has its author in the envelope, whatever the return path is', async () => {
    const { carrier, taken } = service();
    await carrier.send(mail({ mailFrom: '' }));
    await carrier.send(mail({ mailFrom: 'bounces@one.example' }));
    expect(taken.map(({ from }) => from)).toEqual(['ann@one.example', 'ann@one.example']);
    expect(await carrier.send(mail({ raw: 'Subject: x\r\n\r\n' }))).toMatchObject([
      { outcome: 'failed', status: '5.6.0' },
    ]);
  });

  test('is without the fields that the service writes and our signature covers', async () => {
    const { carrier, taken } = service();
    const trace =
      'Received: from a\r\n by b\r\nReturn-Path: <x@y>\r\nDKIM-Signature: v=1;\r\n b=abc\r\nARC-Seal: i=1\r\n';
    await carrier.send(mail({ raw: `${trace}Thread-Index: abc\r\n${RAW}` }));
    expect(taken[0]?.raw).toBe(`Thread-Index: abc\r\n${RAW}`);
  });

  test('is tried once more without the fields that are not on the list of the service', async () => {
    const { carrier, taken, calls } = service(({ raw }) =>
      raw.includes('Thread-Index') ? error('E_HEADER_NOT_ALLOWED') : undefined,
    );
    const [result] = await carrier.send(mail({ raw: `Thread-Index: abc\r\nX-Mailer: m\r\n${RAW}` }));
    expect(result?.outcome).toBe('sent');
    expect(taken[0]?.raw).toBe(`X-Mailer: m\r\n${RAW}`);
    expect(calls()).toBe(2);
  });

  test('that is too large for it is not handed over', async () => {
    const { carrier, calls } = service();
    expect(carrier).toMatchObject({ maxBytes: 5_242_880, maxRecipients: 50 });
    expect(await carrier.send(mail({ size: 5_242_881 }))).toMatchObject([
      { outcome: 'failed', status: '5.3.4' },
    ]);
    expect(calls()).toBe(0);
  });

  test('that our storage does not give whole is not handed over', async () => {
    const { carrier, calls } = service();
    expect(await carrier.send(mail({ size: 10 }))).toMatchObject([{ outcome: 'retry' }]);
    const broken = { open: () => new ReadableStream({ pull: (c) => c.error(new Error('away')) }) };
    expect(await carrier.send(mail(broken))).toMatchObject([{ outcome: 'retry', text: 'away' }]);
    expect(calls()).toBe(0);
  });

  test('that one recipient does not get reaches the others', async () => {
    const { carrier } = service(({ to }) =>
      to.startsWith('b') ? error('E_RECIPIENT_SUPPRESSED') : undefined,
    );
    const recipients = [
      'a@x.example',
      'b@x.example',
      'c@x.example',
      'd@x.example',
      'e@x.example',
      'f@x.example',
    ];
    const results = await carrier.send(mail({ recipients }));
    expect(results.map((r) => r.address)).toEqual(recipients);
    expect(results.map((r) => r.outcome)).toEqual(['sent', 'failed', 'sent', 'sent', 'sent', 'sent']);
  });
});

/** The table of the service's documentation ("Workers API", "Error codes"), word for word. */
const DOCUMENTED: [string, 'failed' | 'retry', string][] = [
  ['E_VALIDATION_ERROR', 'failed', '5.6.0'],
  ['E_FIELD_MISSING', 'failed', '5.6.0'],
  ['E_TOO_MANY_RECIPIENTS', 'failed', '5.5.3'],
  ['E_SENDER_NOT_VERIFIED', 'failed', '5.7.1'],
  ['E_RECIPIENT_NOT_ALLOWED', 'failed', '5.7.1'],
  ['E_RECIPIENT_SUPPRESSED', 'failed', '5.7.1'],
  ['E_SENDER_DOMAIN_NOT_AVAILABLE', 'failed', '5.7.1'],
  ['E_CONTENT_TOO_LARGE', 'failed', '5.3.4'],
  ['E_DELIVERY_FAILED', 'failed', '5.0.0'],
  ['E_RATE_LIMIT_EXCEEDED', 'retry', '4.4.5'],
  ['E_DAILY_LIMIT_EXCEEDED', 'retry', '4.4.5'],
  ['E_INTERNAL_SERVER_ERROR', 'retry', '4.3.0'],
  ['E_HEADER_NOT_ALLOWED', 'failed', '5.6.0'],
  ['E_HEADER_USE_API_FIELD', 'failed', '5.6.0'],
  ['E_HEADER_VALUE_INVALID', 'failed', '5.6.0'],
  ['E_HEADER_VALUE_TOO_LONG', 'failed', '5.6.0'],
  ['E_HEADER_NAME_INVALID', 'failed', '5.6.0'],
  ['E_HEADERS_TOO_LARGE', 'failed', '5.6.0'],
  ['E_HEADERS_TOO_MANY', 'failed', '5.6.0'],
];

describe('an error of the service', () => {
  test.each(DOCUMENTED)('%s means %s', async (code, outcome, status) => {
    const { carrier } = service(() => error(code, 'said the\r\nservice'));
    const text = `${code}: said the service`;
    expect(await carrier.send(mail())).toEqual([{ address: 'bob@two.example', outcome, status, text }]);
  });

  test('has a place in the table, and nothing else has', () => {
    expect(Object.keys(ERROR_CODES).sort()).toEqual(DOCUMENTED.map(([code]) => code).sort());
  });

  test('with a code that nobody knows passes, perhaps', async () => {
    const { carrier } = service(() => error('E_SOMETHING_NEW'));
    expect(await carrier.send(mail())).toMatchObject([{ outcome: 'retry', status: '4.0.0' }]);
  });

  test.each([
    'email to x@y.example not allowed',
    'From: header does not match mail from',
    'invalid headers set',
  ])('of the binding itself means that nothing was handed over: %s', async (message) => {
    const { carrier } = service(() => error(null, message));
    expect(await carrier.send(mail())).toMatchObject([{ outcome: 'failed', status: '5.6.0', text: message }]);
  });

  test('without a code, or no answer at all, leaves it uncertain', async () => {
    const lost = service(() => error(null, 'Network connection lost.'));
    expect(await lost.carrier.send(mail())).toMatchObject([{ outcome: 'uncertain', status: '4.4.2' }]);
    const silent = service(() => new Promise(() => undefined));
    expect(await silent.carrier.send(mail())).toMatchObject([{ outcome: 'uncertain' }]);
    const strange = service(() => ({}));
    expect(await strange.carrier.send(mail())).toMatchObject([{ outcome: 'sent', text: 'taken' }]);
  });
});
