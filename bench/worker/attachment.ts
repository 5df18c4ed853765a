import type { Env } from '../../platform/env.ts';
import { newId } from '../../platform/ids.ts';
import { buildServices } from '../../workers/index.ts';
import { benchRow } from './row.ts';

const HEAD = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n';
const LINE = 76;

/** Puts a message with one attachment of `bytes` decoded bytes into a user's Inbox; answers its FileReference. */
export async function seedAttachment(env: Env, url: URL, context: ExecutionContext): Promise<string> {
  const services = buildServices(env, context);
  const login = await services.directory.findLogin(url.searchParams.get('user') ?? '');
  if (login === null) throw new Error('seed: no such user');
  const { tenant, user } = login;
  const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
  const lines = Math.ceil(Number(url.searchParams.get('bytes')) / ((LINE / 4) * 3));
  const size = HEAD.length + lines * (LINE + 2);
  const itemId = newId();
  const rawKey = `bench/${itemId}`;
  await services.blobs.putRaw(rawKey, rawOf(lines), {
    ...ref,
    ...{ mailFrom: '', rcptTo: user.address, receivedAt: services.now(), rawSize: size },
    ...{ correlationId: itemId, authResults: '' },
  });
  const part = {
    ...{ partNo: 1, path: '1', mediaType: 'application/octet-stream', charset: null, encoding: 'base64' },
    ...{ format: null, disposition: 'attachment' as const, name: 'large.bin', contentId: null },
    ...{ contentLocation: null, bodyStart: HEAD.length, bodyEnd: size, isAttachment: true, isInline: false },
    decodedSize: lines * ((LINE / 4) * 3),
  };
  await services.mail.mailbox(ref).insertMany([{ ...benchRow(0), itemId, rawKey, size, parts: [part] }]);
  return `${itemId}.1`;
}

function rawOf(lines: number): ReadableStream<Uint8Array> {
  const block = 1000;
  const line = `${'QUJD'.repeat(LINE / 4)}\r\n`;
  let left = lines;
  let begun = false;
  return new ReadableStream({
    pull(controller) {
      if (!begun) {
        begun = true;
        controller.enqueue(new TextEncoder().encode(HEAD));
      }
      const now = Math.min(block, left);
      left -= now;
      if (now > 0) controller.enqueue(new TextEncoder().encode(line.repeat(now)));
      else controller.close();
    },
  });
}
