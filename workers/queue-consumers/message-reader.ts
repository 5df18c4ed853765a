import { joinConversations } from '../../core/mail/join-conversation.ts';
import type { NewMessage } from '../../core/mail/types.ts';
import type { MailStore } from '../../core/ports/mail.ts';
import type { MessageReader, ReadPlace } from '../../core/ports/reader.ts';
import { FAN_OUT, mapBounded } from '../../platform/bounded.ts';
import { describeError, type Logger } from '../../platform/log.ts';
import { factsOfMinimal, factsOfParsed, type MessageIdentity } from './message-facts.ts';
import { type BytesReading, readBytes } from './raw-reading.ts';

/**
 * Reads messages that are in memory the way ingest reads those of the queue. Rejects when the mailbox does not
 * answer, never because of what the message is (I10). Each item is a message of its own: nothing is a duplicate.
 */
export function createMessageReader(services: { mail: MailStore; log: Logger }): MessageReader {
  return {
    async read(raw: Uint8Array, at: ReadPlace): Promise<NewMessage> {
      const newcomer = await newcomerOf(raw, at);
      const [message] = await joinConversations(services.mail.mailbox(at.ref), [newcomer]);
      return message ?? newcomer.message;
    },

    async readAll(messages) {
      const [first] = messages;
      if (first === undefined) return [];
      const newcomers = await mapBounded(messages, FAN_OUT, ({ raw, place, sha256 }) =>
        newcomerOf(raw, place, sha256),
      );
      return joinConversations(services.mail.mailbox(first.place.ref), newcomers);
    },

    async recall(raw, line, role, { unparsed = false, sha256 } = {}) {
      const { itemId, rawKey, dedupeKey, receivedAt, folderId, isRead, isDraft, receivedAsBcc } = line;
      const reading = readBytes(raw, sha256);
      const place = { folderRole: role, folderId, isRead, isDraft, receivedAsBcc };
      const identity = { itemId, rawKey, rawSha256: reading.sha256, dedupeKey, receivedAt, place };
      const { message } = unparsed
        ? factsOfMinimal(reading, identity, 'unparsed')
        : await parsedOrMinimal(reading, identity);
      const { threadId, conversationIndex, flag, categories, verdict, importance, extended } = line;
      const state = { threadId, conversationIndex, flag, categories, verdict, importance };
      return { ...message, folderId, ...state, ...(extended === undefined ? {} : { extended }) };
    },
  };

  async function newcomerOf(raw: Uint8Array, at: ReadPlace, sha256?: string) {
    const reading = readBytes(raw, sha256);
    const { folderRole, folderId, isRead, isDraft } = at;
    return parsedOrMinimal(reading, {
      itemId: at.itemId,
      rawKey: at.rawKey,
      rawSha256: reading.sha256,
      dedupeKey: `item:${at.itemId}`,
      receivedAt: at.receivedAt,
      place: { folderRole, isRead, isDraft, ...(folderId === undefined ? {} : { folderId }) },
    });
  }

  async function parsedOrMinimal(reading: BytesReading, identity: MessageIdentity) {
    if (reading.index !== null) {
      try {
        const { bytes } = reading;
        return await factsOfParsed(reading.index, identity, async (start, end) => bytes.subarray(start, end));
      } catch (error) {
        services.log.error('reader.unparsable', { key: identity.rawKey, error: describeError(error) });
      }
    }
    return factsOfMinimal(reading, identity, 'parse-failed');
  }
}
