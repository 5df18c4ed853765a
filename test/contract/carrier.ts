/** What every way of a message to its recipients keeps to, other hosts or mailboxes here. */
import { describe, expect, test } from 'vitest';
import type { CarrierResult, Consignment } from '../../core/ports/carrier.ts';

/** What goes wrong on the far side, for the recipients whose local part is `victim`, or for all (`host`). */
export type CarrierFault =
  | 'victim-refused'
  | 'victim-later'
  | 'host-later'
  | 'host-refused'
  | 'answer-lost'
  | 'host-away';

export interface CarrierWorld {
  send(mail: Consignment): Promise<CarrierResult[]>;
  /** What has come to each recipient, in the order it came. */
  arrived(): { recipient: string; bytes: Buffer }[];
  break(fault: CarrierFault | null): void;
}

export interface CarrierSubject {
  name: string;
  maxBytes: number;
  /** Faults this way can have at all: what is local is not lost on a wire, nor refused by anybody. */
  faults: ReadonlySet<CarrierFault>;
  open(): Promise<CarrierWorld>;
}

export const ALL_FAULTS: ReadonlySet<CarrierFault> = new Set([
  ...(['victim-refused', 'victim-later', 'host-later', 'host-refused', 'answer-lost', 'host-away'] as const),
]);

const HEAD = 'From: Ann <ann@one.example>\r\nTo: bob@two.example\r\nMessage-ID: <a@one.example>\r\n';

function consignment(over: Partial<Consignment> & { raw?: string | Buffer } = {}): Consignment {
  const { raw = `${HEAD}Subject: x\r\n\r\nhello\r\n`, ...rest } = over;
  const bytes = Buffer.from(raw as string, 'utf8');
  return {
    mailFrom: 'ann@one.example',
    recipients: ['bob@two.example'],
    open: () =>
      new ReadableStream({
        start(controller) {
          for (let at = 0; at < bytes.length; at += 1000) {
            controller.enqueue(new Uint8Array(bytes.subarray(at, at + 1000)));
          }
          controller.close();
        },
      }),
    size: bytes.length,
    needs: { smtputf8: false, eightBit: bytes.some((byte) => byte > 127) },
    messageId: 'a@one.example',
    correlationId: 'c',
    ...rest,
  };
}

export function carrierContract({ name, maxBytes, faults, open }: CarrierSubject): void {
  describe(`a way out: ${name}`, () => {
    const outcomes = (results: CarrierResult[]) => results.map((r) => [r.address, r.outcome]);

    test.each([
      ['plain text', 'hello\r\n'],
      ['nothing', ''],
      ['dots', '.\r\n..\r\n.a\r\n\r\n.\r\n'],
      ['8-bit text', 'Příliš žluťoučký kůň\r\n'],
      [
        'every byte',
        Buffer.from([...Array(256).keys()].filter((b) => b !== 10 && b !== 13))
          .toString('latin1')
          .concat('\r\n'),
      ],
      ['long lines', `${'x'.repeat(998)}\r\n`],
      ['a megabyte', '0123456789abcdef\r\n'.repeat(58_000)],
    ])('brings the very bytes: %s', async (_, body) => {
      const world = await open();
      const mail = consignment({ raw: `${HEAD}\r\n${body}` });
      expect(outcomes(await world.send(mail))).toEqual([['bob@two.example', 'sent']]);
      const [copy, ...more] = world.arrived();
      expect(more).toEqual([]);
      expect(copy?.recipient).toBe('bob@two.example');
      expect(copy?.bytes.equals(Buffer.from(`${HEAD}\r\n${body}`, 'utf8'))).toBe(true);
    });

    test('says of each recipient, in their order, what became of it', async () => {
      const world = await open();
      const recipients = ['a@two.example', 'b@two.example', 'c@two.example'];
      const results = await world.send(consignment({ recipients }));
      expect(outcomes(results)).toEqual(recipients.map((address) => [address, 'sent']));
      expect(
        world
          .arrived()
          .map((one) => one.recipient)
          .sort(),
      ).toEqual(recipients);
      for (const { status, text } of results) {
        expect(status).toMatch(/^2\.\d+\.\d+$/);
        expect(text).not.toMatch(/[\r\n]/);
      }
    });

    test('takes a message without a return path, and one after the other', async () => {
      const world = await open();
      for (let i = 0; i < 3; i++) {
        expect(outcomes(await world.send(consignment({ mailFrom: '' })))).toEqual([
          ['bob@two.example', 'sent'],
        ]);
      }
      expect(world.arrived()).toHaveLength(3);
    });

    test('never rejects, and brings nothing, when the message cannot be read whole', async () => {
      const world = await open();
      const broken = consignment({
        size: 5000,
        open: () =>
          new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode(HEAD)),
            pull: (controller) => controller.error(new Error('storage is away')),
          }),
      });
      expect(outcomes(await world.send(broken))).toEqual([['bob@two.example', 'retry']]);
      const short = consignment({ size: 5000 });
      expect(outcomes(await world.send(short))).toEqual([['bob@two.example', 'retry']]);
      expect(world.arrived()).toEqual([]);
      expect(outcomes(await world.send(consignment()))).toEqual([['bob@two.example', 'sent']]);
    });

    const CASES: [CarrierFault, Record<string, CarrierResult['outcome']>, RegExp][] = [
      ['victim-refused', { victim: 'failed', bob: 'sent' }, /^5\./],
      ['victim-later', { victim: 'retry', bob: 'sent' }, /^4\./],
      ['host-later', { victim: 'retry', bob: 'retry' }, /^4\./],
      ['host-refused', { victim: 'failed', bob: 'failed' }, /^5\./],
      ['answer-lost', { victim: 'uncertain', bob: 'uncertain' }, /^4\./],
      ['host-away', { victim: 'retry', bob: 'retry' }, /^4\./],
    ];
    for (const [fault, expected, status] of CASES.filter(([one]) => faults.has(one))) {
      test(`a fault: ${fault}`, async () => {
        const world = await open();
        world.break(fault);
        const recipients = ['victim@two.example', 'bob@two.example'];
        const results = await world.send(consignment({ recipients }));
        expect(results.map((r) => [r.address.split('@')[0], r.outcome])).toEqual([
          ['victim', expected['victim']],
          ['bob', expected['bob']],
        ]);
        for (const result of results) {
          if (result.outcome !== 'sent') expect(result.status).toMatch(status);
          expect(result.text.length).toBeGreaterThan(0);
          expect(result.text.length).toBeLessThanOrEqual(500);
        }
        // What is to be tried again arrives when the fault is over, once.
        world.break(null);
        const before = world.arrived().length;
        const again = results.filter((r) => r.outcome === 'retry').map((r) => r.address);
        if (again.length === 0) return;
        const next = await world.send(consignment({ recipients: again }));
        expect(next.every((r) => r.outcome === 'sent')).toBe(true);
        expect(world.arrived().length - before).toBe(again.length);
      });
    }

    test('a message that is too large is refused, or taken, as a whole', async () => {
      if (maxBytes === Number.POSITIVE_INFINITY) return;
      const world = await open();
      const mail = consignment({ size: maxBytes + 1 });
      expect(await world.send(mail)).toMatchObject([{ outcome: 'failed', status: '5.3.4' }]);
      expect(world.arrived()).toEqual([]);
    });
  });
}
