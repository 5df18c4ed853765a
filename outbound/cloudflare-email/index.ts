/** A way out by Cloudflare Email Service, through a `send_email` binding. */
import { MimeIndexer } from '../../codecs/mime/index.ts';
import type { Carrier, CarrierResult, Consignment } from '../../core/ports/carrier.ts';
import { codeOf, messageOf, verdictOf } from './errors.ts';
import { withoutPlatformFields } from './fields.ts';

/** What of a `send_email` binding is used; `EmailMessage` is that of `cloudflare:email`. */
export interface EmailBinding<M = unknown> {
  send(message: M): Promise<{ messageId: string }>;
}

export type MakeEmail<M = unknown> = (
  from: string,
  to: string,
  raw: ReadableStream<Uint8Array>,
) => Promise<M>;

/** "Limits" of the service. */
const MAX_BYTES = 5 * 1024 * 1024;
const MAX_RECIPIENTS = 50;
/** Of the six connections that an invocation may have at a time. */
const AT_ONCE = 4;
const TIMEOUT_MS = 60_000;

/**
 * The service takes raw messages for one recipient at a time, which is the only way that carries our bytes (its
 * builder makes another message of subject, text and files), and which says of each recipient what became of it.
 * It gives the message a Message-ID of its own: `remoteId`, by which others will name it in their replies.
 */
export function createCloudflareEmail<M>(
  binding: EmailBinding<M>,
  makeEmail: MakeEmail<M>,
  { timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {},
): Carrier {
  async function hand(raw: Uint8Array, from: string, address: string): Promise<CarrierResult> {
    const send = async (bytes: Uint8Array) => {
      const email = await makeEmail(from, address, new Blob([bytes as Uint8Array<ArrayBuffer>]).stream());
      return timed(binding.send(email), timeoutMs);
    };
    try {
      let answer: { messageId: string };
      try {
        answer = await send(raw);
      } catch (error) {
        // Better without a field that only some programs read than not at all.
        if (codeOf(error) !== 'E_HEADER_NOT_ALLOWED') throw error;
        answer = await send(withoutPlatformFields(raw, true));
      }
      const remoteId = String(answer?.messageId ?? '').replace(/^<|>$/g, '');
      const text = remoteId === '' ? 'taken' : `taken as ${remoteId}`;
      return { address, outcome: 'sent', status: '2.0.0', text, ...(remoteId === '' ? {} : { remoteId }) };
    } catch (error) {
      const code = codeOf(error);
      const text = `${code === null ? '' : `${code}: `}${messageOf(error)}`;
      return { address, ...verdictOf(error), text: text.replace(/\s+/g, ' ').slice(0, 500) };
    }
  }

  return {
    name: 'cloudflare-email',
    maxBytes: MAX_BYTES,
    maxRecipients: MAX_RECIPIENTS,
    async send(mail) {
      const all = (verdict: Omit<CarrierResult, 'address'>) =>
        mail.recipients.map((address) => ({ address, ...verdict }));
      if (mail.size > MAX_BYTES) {
        const text = `The service takes messages of at most ${MAX_BYTES} bytes.`;
        return all({ outcome: 'failed', status: '5.3.4', text });
      }
      let raw: Uint8Array;
      try {
        raw = await readWhole(mail);
      } catch (error) {
        return all({ outcome: 'retry', status: '4.3.0', text: messageOf(error).slice(0, 500) });
      }
      // The service wants the author in the envelope, and has bounces come to itself.
      const from = authorOf(raw);
      if (from === null) {
        return all({ outcome: 'failed', status: '5.6.0', text: 'The message names no author.' });
      }
      const bytes = withoutPlatformFields(raw, false);
      const results: CarrierResult[] = [];
      for (let at = 0; at < mail.recipients.length; at += AT_ONCE) {
        const some = mail.recipients.slice(at, at + AT_ONCE);
        results.push(...(await Promise.all(some.map((address) => hand(bytes, from, address)))));
      }
      return results;
    },
  };
}

async function readWhole(mail: Consignment): Promise<Uint8Array> {
  const raw = new Uint8Array(await new Response(mail.open()).arrayBuffer());
  if (raw.length !== mail.size) throw new Error(`the message has ${raw.length} bytes, not ${mail.size}`);
  return raw;
}

function authorOf(raw: Uint8Array): string | null {
  const indexer = new MimeIndexer();
  // The header is at the front, and within the indexer's own limit.
  indexer.write(raw.subarray(0, 1_048_576));
  return indexer.end().from.find(({ address }) => address !== '')?.address ?? null;
}

async function timed<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
