import type { Carrier, CarrierResult, Consignment } from '../../core/ports/carrier.ts';
import type { OutboxEntry } from '../../core/ports/outbox.ts';
import { streamOf } from '../local/place.ts';
import { sizeOf, type WholeMessage } from '../prepare.ts';

/** What became of one group of recipients. */
export interface Handed {
  carrier: string;
  results: CarrierResult[];
  /** No group comes after it. */
  last: boolean;
}

const NO_WAY = { status: '4.4.4', text: 'There is no way out of here at present.' };
const MAX_TEXT = 500;

/**
 * Hands a message to the carrier, group by group, for the recipients that the attempt has taken. Never rejects:
 * whatever cannot be said for certain is uncertain.
 */
export async function* sendGroups(
  entry: OutboxEntry,
  carrier: Carrier | null,
  message: WholeMessage,
): AsyncGenerator<Handed> {
  const due = entry.recipients.filter((r) => r.state === 'sending' && r.mailbox === null);
  const addresses = due.map((r) => r.address);
  if (addresses.length === 0) return;
  if (carrier === null) {
    yield {
      carrier: 'none',
      results: addresses.map((address) => ({ address, outcome: 'retry', ...NO_WAY })),
      last: true,
    };
    return;
  }
  const size = sizeOf(message);
  if (size > carrier.maxBytes) {
    const text = `The message has ${size} bytes; the way out takes ${carrier.maxBytes}.`;
    const results = addresses.map((address) => ({
      address,
      outcome: 'failed' as const,
      status: '5.3.4',
      text,
    }));
    yield { carrier: carrier.name, results, last: true };
    return;
  }
  const eightBit = { head: has8Bit(message[0]), any: message.some(has8Bit) };
  const groups = groupsOf(addresses, carrier.maxRecipients);
  for (const [n, recipients] of groups.entries()) {
    const mail: Consignment = {
      mailFrom: entry.mailFrom,
      recipients,
      open: () => streamOf(message),
      size,
      needs: {
        smtputf8: eightBit.head || [entry.mailFrom, ...recipients].some((a) => !isAscii(a)),
        eightBit: eightBit.any,
      },
      messageId: entry.messageId,
      correlationId: entry.correlationId,
    };
    yield {
      carrier: carrier.name,
      results: await handOver(carrier, mail),
      last: n === groups.length - 1,
    };
  }
}

/** Addresses outside of ASCII go apart: only their part of the way needs SMTPUTF8 (RFC 6531 3.1). */
function groupsOf(addresses: readonly string[], most: number): string[][] {
  const plain = addresses.filter(isAscii);
  const others = addresses.filter((address) => !isAscii(address));
  const step = Math.max(1, most);
  return [plain, others].flatMap((list) =>
    Array.from({ length: Math.ceil(list.length / step) }, (_, n) => list.slice(n * step, (n + 1) * step)),
  );
}

async function handOver(carrier: Carrier, mail: Consignment): Promise<CarrierResult[]> {
  let results: CarrierResult[] = [];
  let broken = '';
  try {
    results = await carrier.send(mail);
  } catch (error) {
    broken = String(error);
  }
  return mail.recipients.map((address) => {
    const result = results.find((r) => r.address === address);
    if (result === undefined) {
      const text = `The carrier did not say what became of it. ${broken}`.trim().slice(0, MAX_TEXT);
      return { address, outcome: 'uncertain', status: '4.4.2', text };
    }
    return { ...result, text: result.text.slice(0, MAX_TEXT) };
  });
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

function has8Bit(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) > 127) return true;
  return false;
}
