import type { Consignment } from '../../core/ports/carrier.ts';
import type { Env } from '../../platform/env.ts';
import { newId } from '../../platform/ids.ts';
import { buildServices } from '../../workers/index.ts';

const LINE = `${'0123456789'.repeat(7)}\r\n`;
/** Messages under way at once: what a consumer has in one batch. */
const BATCH = 10;

async function services(env: Env, url: URL, context: ExecutionContext) {
  const all = buildServices(env, context);
  const login = await all.directory.findLogin(url.searchParams.get('user') ?? '');
  if (login === null) throw new Error('outbound: no such user');
  const { tenant, user } = login;
  const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
  return { ...all, sender: { ref, tenant, user } };
}

function head(from: string, to: string): string {
  const id = newId();
  const date = 'Thu, 01 Oct 2026 12:00:00 +0000';
  return `From: <${from}>\r\nTo: <${to}>\r\nSubject: bench ${id}\r\nDate: ${date}\r\nMessage-ID: <${id}@bench.test>\r\nMIME-Version: 1.0\r\n\r\n`;
}

/** `n` messages of `bytes` bytes straight through the carrier, as many at a time as a consumer has in a batch. */
export async function carrySome(env: Env, url: URL, context: ExecutionContext): Promise<string> {
  const { sender, carriers } = await services(env, url, context);
  const carrier = await carriers.carrierFor(sender.ref.tenantId);
  if (carrier === null) throw new Error('outbound: no carrier');
  const number = (name: string) => Number(url.searchParams.get(name));
  let [left, sent] = [number('n'), 0];
  const lane = async () => {
    while (left-- > 0) {
      const [result] = await carrier.send(consignment(sender.user.address, number('bytes')));
      if (result?.outcome !== 'sent') throw new Error(`outbound: ${result?.text}`);
      sent++;
    }
  };
  await Promise.all(Array.from({ length: Math.min(BATCH, left) }, lane));
  await carriers.close();
  return String(sent);
}

function consignment(from: string, bytes: number): Consignment {
  const to = 'someone@elsewhere.example';
  const start = new TextEncoder().encode(head(from, to));
  const lines = Math.ceil(bytes / LINE.length);
  const block = new TextEncoder().encode(LINE.repeat(Math.min(lines, 900)));
  const size = start.length + lines * LINE.length;
  return {
    mailFrom: from,
    recipients: [to],
    size,
    needs: { smtputf8: false, eightBit: false },
    messageId: 'bench@bench.test',
    correlationId: 'bench',
    open() {
      let left = size - start.length;
      let begun = false;
      return new ReadableStream({
        pull(controller) {
          if (!begun) {
            begun = true;
            return controller.enqueue(start);
          }
          if (left === 0) return controller.close();
          const now = Math.min(left, block.length);
          left -= now;
          controller.enqueue(block.subarray(0, now));
        },
      });
    },
  };
}

/** Hands in `n` messages of `bytes` bytes, past the limits on what one user sends in a day. */
export async function submitSome(env: Env, url: URL, context: ExecutionContext): Promise<void> {
  const { sender, outbound } = await services(env, url, context);
  const bytes = Number(url.searchParams.get('bytes'));
  const body = LINE.repeat(Math.ceil(bytes / LINE.length));
  for (let i = 0; i < Number(url.searchParams.get('n')); i++) {
    const raw = new TextEncoder().encode(head(sender.user.address, 'someone@elsewhere.example') + body);
    const result = await outbound.submit({
      ...{ submissionId: newId(), sender, raw, saveInSentItems: false, correlationId: newId() },
      automatic: { mailFrom: sender.user.address, recipients: ['someone@elsewhere.example'] },
    });
    if (result.kind !== 'accepted') throw new Error(`outbound: ${JSON.stringify(result)}`);
  }
}
