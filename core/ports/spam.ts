import type { MailboxRef, Message } from '../mail/types.ts';
import type { SpamSettings } from '../trust/spam-settings.ts';
import type { TrustVerdict } from '../trust/types.ts';

export type SpamLabel = 'spam' | 'ham';

/** What a message is judged by: facts that stay with it, so that it is learned later by what it was judged by. */
export interface SpamFacts
  extends Pick<
    Message,
    | 'subject'
    | 'from'
    | 'sender'
    | 'replyTo'
    | 'to'
    | 'cc'
    | 'sentAt'
    | 'receivedAt'
    | 'messageIdHeader'
    | 'textHead'
    | 'textSize'
    | 'htmlSize'
  > {
  /** Names of the attachments. */
  attachments: readonly string[];
  verdict: Pick<TrustVerdict, 'spf' | 'dkim' | 'dmarc' | 'fromDomain'>;
}

/** Judges whether mail is wanted, and learns it. */
export interface SpamFilter {
  /** 0 (wanted) to 1 (spam); null when it has nothing to go by. */
  score(ref: MailboxRef, facts: SpamFacts, settings: SpamSettings): Promise<number | null>;
  /**
   * Takes the owner's word for an item. Telling it twice teaches once; another label takes back what the first one
   * taught.
   */
  learn(ref: MailboxRef, itemId: string, facts: SpamFacts, label: SpamLabel): Promise<void>;
}
