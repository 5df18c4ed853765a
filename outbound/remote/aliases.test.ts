import { describe, expect, test } from 'vitest';
import type { CarrierResult } from '../../core/ports/carrier.ts';
import type { OutboxEntry } from '../../core/ports/outbox.ts';
import { createMemoryStores } from '../../store/memory/index.ts';
import { message } from '../../test/contract/subject.ts';
import { noteRemoteIds } from './aliases.ts';

const ANN = { tenantId: 't1', mailboxId: 'ann', shard: 'MAIL_1' };
const BOB = { tenantId: 't1', mailboxId: 'bob', shard: 'MAIL_1' };
const log = { info() {}, warn() {}, error() {} };

async function world(messageId = 'own@x') {
  const { mail } = createMemoryStores();
  for (const ref of [ANN, BOB]) {
    await mail.mailbox(ref).create(1);
    await mail
      .mailbox(ref)
      .insert(message('a', { messageIdHeader: 'own@x', threadId: `thread-${ref.mailboxId}` }));
  }
  const recipients = [{ mailbox: null }, { mailbox: BOB }, { mailbox: BOB }];
  const entry = { ref: ANN, messageId, correlationId: 'c', submissionId: 's', recipients };
  const sent = (remoteId: string): CarrierResult => ({
    ...{ address: 'x@y.example', outcome: 'sent', status: '2.0.0', text: 'ok' },
    remoteId,
  });
  return {
    mail,
    sent,
    note: (results: CarrierResult[]) =>
      noteRemoteIds({ mail, log }, entry as unknown as OutboxEntry, results),
  };
}

describe('the Message-ID that another host gave', () => {
  test('leads replies to the conversation, with the sender and with recipients here', async () => {
    const { mail, sent, note } = await world();
    await note([sent('one@host'), sent('two@host')]);
    for (const id of ['one@host', 'two@host']) {
      expect(await mail.mailbox(ANN).threadOf([id])).toBe('thread-ann');
      expect(await mail.mailbox(BOB).threadOf([id])).toBe('thread-bob');
    }
  });

  test('is none when it names a place in a queue, or the message as it was', async () => {
    const { mail, sent, note } = await world();
    await note([
      sent('4XyZ123'),
      sent('own@x'),
      { ...sent('x'), remoteId: undefined } as unknown as CarrierResult,
    ]);
    expect(await mail.mailbox(ANN).threadOf(['4XyZ123'])).toBeNull();
    const without = await world('');
    await without.note([without.sent('one@host')]);
    expect(await without.mail.mailbox(ANN).threadOf(['one@host'])).toBeNull();
  });

  test('that cannot be noted harms nothing', async () => {
    const { sent } = await world();
    const mail = { mailbox: () => ({ addMessageIdAliases: () => Promise.reject(new Error('down')) }) };
    const entry = { ref: ANN, messageId: 'own@x', recipients: [], correlationId: 'c', submissionId: 's' };
    await noteRemoteIds({ mail, log } as never, entry as unknown as OutboxEntry, [sent('one@host')]);
  });
});
