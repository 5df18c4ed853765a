import { rootIndex } from '../../../core/mail/conversation-index.ts';

/** ConversationIndex in base64 (MS-OXOMSG 2.2.1.3): a reserved byte, time and id of the conversation, blocks of replies. */
export function indexBytes(hex: string, receivedAt: number): string {
  const sound = /^(?:[0-9a-f]{10})+$/.test(hex) ? hex : rootIndex(receivedAt);
  return btoa(sound.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))));
}
