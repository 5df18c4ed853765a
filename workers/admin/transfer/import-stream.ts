import { readFrames } from '../../../codecs/frames/index.ts';
import { putAttachment } from '../../../core/pim/attachments.ts';
import type { ImportView } from '../../../shared/admin-api.ts';
import { type ImportFile, parseHeader } from './header.ts';
import { importedId } from './ids.ts';
import { importMessages, type PendingMessage } from './import-messages.ts';
import { importObjects, type PendingObject } from './import-objects.ts';
import type { Intake } from './intake.ts';

/** Longest raw that comes in: 25 MB of mail grow by a third in base64. */
const MAX_IMPORT_ITEM = 36 * 1024 * 1024;
const ROUND_BYTES = 4 * 1024 * 1024;
const ROUND_MESSAGES = 100;
const ROUND_OBJECTS = 400;

/** Takes the items of a stream in rounds that are bounded in number and bytes, each in as few writes as can be. */
export async function importStream(intake: Intake, source: AsyncIterable<Uint8Array>): Promise<ImportView> {
  let messages: PendingMessage[] = [];
  let objects: PendingObject[] = [];
  let bytes = 0;
  const flush = async () => {
    if (messages.length > 0) await importMessages(intake, messages);
    if (objects.length > 0) await importObjects(intake, objects);
    [messages, objects, bytes] = [[], [], 0];
  };
  let n = 0;
  for await (const { header, body } of readFrames(source, MAX_IMPORT_ITEM)) {
    const parsed = parseHeader(header);
    intake.outcomes[n] = 'invalid';
    if (parsed?.type === 'message') messages.push({ n, header: parsed, raw: body });
    else if (parsed?.type === 'object') objects.push({ n, header: parsed });
    else if (parsed?.type === 'file') await importFile(intake, n, parsed, body);
    bytes += body.length;
    n++;
    const isFull = messages.length >= ROUND_MESSAGES || objects.length >= ROUND_OBJECTS;
    if (isFull || bytes > ROUND_BYTES) await flush();
  }
  await flush();
  return { outcomes: intake.outcomes };
}

/**
 * Before the document that names it, with which it is counted: what no document names in the end is swept.
 */
async function importFile(intake: Intake, n: number, { key, attachmentId }: ImportFile, body: Uint8Array) {
  const judged = intake.room.judge(body.length);
  intake.outcomes[n] = judged === 'ok' ? 'imported' : judged;
  if (judged !== 'ok') return;
  const { tenantId, mailboxId } = intake.ref;
  const itemId = await importedId(mailboxId, key);
  await putAttachment(intake.services.objects, { tenantId, mailboxId, itemId, attachmentId }, body);
}
