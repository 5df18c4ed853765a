/** What its owner does with mail teaches: moves into Junk, out of it, and from the Inbox to a place of its own. */
import type { FolderRole, MailboxRef, Message } from '../../core/mail/types.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import type { MailboxStore, MailStore } from '../../core/ports/mail.ts';
import type { SpamFilter, SpamLabel } from '../../core/ports/spam.ts';
import type { SpamTokens } from '../../core/ports/spam-tokens.ts';
import { factsOfMessage } from '../../core/spam/facts.ts';
import { describeError, type Logger } from '../log.ts';
import { trustSettings } from '../trust-settings.ts';

/** Items of one move that teach: the others of a move of thousands would say the same. */
const MAX_ITEMS = 50;
/** Messages that were filed by hand are learned as wanted until there are as many as these. */
const ENOUGH_FILED = 200;

interface Teachers {
  directory: Pick<DirectoryStore, 'getTenantSetting'>;
  mail: MailStore;
  spamTokens: SpamTokens;
  spam: SpamFilter;
  log: Pick<Logger, 'warn'>;
  now(): number;
  defer(work: Promise<unknown>): void;
}

/**
 * The same store, of whose moves the filter learns, whoever makes them. It happens behind the answer: a lesson that is
 * lost costs nothing but itself, and none is counted twice.
 */
export function learningFromMoves(services: Teachers): MailStore {
  const { mail } = services;
  return {
    ...mail,
    mailbox: (ref) =>
      withMoves(mail.mailbox(ref), (itemIds, to) => services.defer(learn(services, ref, itemIds, to))),
  };
}

function withMoves(
  mailbox: MailboxStore,
  moved: (itemIds: string[], toFolderId: string) => void,
): MailboxStore {
  const move: MailboxStore['move'] = async (itemIds, toFolderId, from) => {
    const changes = await mailbox.move(itemIds, toFolderId, from);
    const changed = changes.filter((change) => change.outcome === 'changed').map((change) => change.itemId);
    if (changed.length > 0) moved(changed, toFolderId);
    return changes;
  };
  return new Proxy(mailbox, {
    get(target, name) {
      if (name === 'move') return move;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function learn(services: Teachers, ref: MailboxRef, itemIds: string[], to: string): Promise<void> {
  try {
    const { spam: settings } = await trustSettings(services, ref);
    if (!settings.enabled) return;
    const mailbox = services.mail.mailbox(ref);
    const folders = await mailbox.folders();
    const role = folders.find((folder) => folder.folderId === to)?.role;
    if (role === undefined || !TEACHING.has(role)) return;
    const ids = itemIds.slice(0, MAX_ITEMS);
    const [messages, labels, { mailbox: learned }] = await Promise.all([
      mailbox.messages(ids),
      services.spamTokens.labels(ref, ids),
      services.spamTokens.counts(ref, []),
    ]);
    let filed = learned.totals.ham;
    for (const message of messages) {
      const label = labelOf(role, message, labels.get(message.itemId), filed < ENOUGH_FILED);
      if (label === null) continue;
      await services.spam.learn(ref, message.itemId, factsOfMessage(message), label);
      if (label === 'ham') filed++;
    }
  } catch (error) {
    services.log.warn('spam.not-learned', {
      ...{ tenantId: ref.tenantId, mailboxId: ref.mailboxId },
      error: describeError(error),
    });
  }
}

/** Folders that a move into says something by. Deleted Items takes everything. */
const TEACHING: ReadonlySet<FolderRole> = new Set(['junk', 'inbox', 'archive', 'user']);

/** What a move says of a message that is known by `before` so far; null when it says nothing. */
function labelOf(
  to: FolderRole,
  { isDraft, verdict }: Message,
  before: SpamLabel | undefined,
  filing: boolean,
): SpamLabel | null {
  if (isDraft || verdict?.source === 'submitted') return null;
  if (to === 'junk') return before === 'spam' ? null : 'spam';
  if (before === 'spam' || (before === undefined && verdict?.disposition === 'junk')) return 'ham';
  // Mail from outside that is kept in a folder of its own was wanted; back in the Inbox it says nothing.
  return before === undefined && to !== 'inbox' && verdict !== null && filing ? 'ham' : null;
}
