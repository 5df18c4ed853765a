/** The rules of one mailbox as they are run, with what they must know of it. */
import { type Owner, ownerOf } from '../automatic/own-addresses.ts';
import type { AutomaticServices } from '../automatic/services.ts';
import { canonicalAddress } from '../mail/recipients.ts';
import type { MailboxRef } from '../mail/types.ts';
import { evaluateRules, type RuleOutcome } from './evaluate.ts';
import { type FactSource, foldRules, ruleFacts, rulesNeed } from './facts.ts';
import type { Rule } from './types.ts';

type Needed = Pick<AutomaticServices, 'mail' | 'directory' | 'log' | 'now'>;

export interface ActiveRules {
  /** Some rule searches bodies. */
  needsBody: boolean;
  /** Some rule does more than to say where a message goes and what it is there. */
  follows: boolean;
  owner: Owner | null;
  /**
   * What the rules make of a message. A rule that names a folder which is gone is put into error, and the others are
   * asked without it. Rejects when the store does not answer.
   */
  decide(source: Omit<FactSource, 'isSelf' | 'canonical'>): Promise<RuleOutcome>;
}

/** Those that are enabled and without error; null when there are none. */
export async function activeRules(services: Needed, ref: MailboxRef): Promise<ActiveRules | null> {
  const { rules } = await services.mail.mailbox(ref).rules();
  return rulesToRun(services, ref, rules, true);
}

/** The same of rules that may be stored nowhere: `keepErrors` notes them with the rules of the mailbox. */
export async function rulesToRun(
  services: Needed,
  ref: MailboxRef,
  rules: readonly Rule[],
  keepErrors: boolean,
): Promise<ActiveRules | null> {
  let live = foldRules(rules.filter(({ enabled, error }) => enabled && error === null));
  if (live.length === 0) return null;
  const owner = await ownerOf(services.directory, ref);
  const isSelf = owner?.isSelf ?? (() => false);
  let folders: Promise<Set<string>> | null = null;
  const mailFolders = async () => {
    const all = await services.mail.mailbox(ref).folders();
    return new Set(all.filter(({ itemClass }) => itemClass === 'Email').map(({ folderId }) => folderId));
  };
  return {
    needsBody: rulesNeed(live).body,
    // Of several that move a message all but the first make copies.
    follows:
      live.some(({ actions }) => FOLLOWING.some((name) => actions[name] !== undefined)) ||
      live.filter(({ actions }) => actions.moveToFolder !== undefined).length > 1,
    owner,
    async decide(source) {
      const facts = ruleFacts({ ...source, isSelf, canonical: canonicalAddress });
      for (;;) {
        const outcome = evaluateRules(live, facts);
        const named = namedFolders(outcome);
        if (named.length === 0) return outcome;
        folders ??= mailFolders();
        const there = await folders;
        const gone = named.filter(({ folderId }) => !there.has(folderId));
        if (gone.length === 0) return outcome;
        for (const { folderId, ruleId } of gone) {
          services.log.warn('rules.folder-gone', { mailboxId: ref.mailboxId, ruleId });
          const error = {
            code: 'folder-gone',
            text: `The folder ${folderId} is gone.`,
            at: services.now(),
          } as const;
          if (keepErrors) await services.mail.mailbox(ref).setRuleError(ruleId, error);
        }
        live = live.filter(({ ruleId }) => !gone.some((one) => one.ruleId === ruleId));
      }
    },
  };
}

const FOLLOWING = [
  'copyToFolder',
  'permanentDelete',
  'forwardToRecipients',
  'forwardAsAttachmentToRecipients',
  'redirectToRecipients',
  'serverReplyWithMessage',
] as const;

function namedFolders({ destination, copies }: RuleOutcome): { folderId: string; ruleId: string }[] {
  return destination === null || destination === 'deleted' ? copies : [destination, ...copies];
}
