import { allowedRecipients } from '../automatic/forwarding.ts';
import type { AutomaticServices } from '../automatic/services.ts';
import { InvalidInputError } from '../errors.ts';
import type { Folder, MailAddress, MailboxRef } from '../mail/types.ts';
import type { Rule, RuleSet } from './types.ts';
import { parseRules } from './validate.ts';

type Needed = Pick<AutomaticServices, 'mail' | 'directory'>;

/**
 * Rules as somebody gives them, checked against the mailbox: folders exist and hold mail (they may be named by their
 * id, or by their names with `/` between), and the tenant lets mail go where they forward it. InvalidInputError says
 * what is wrong.
 */
export async function checkRules(
  { mail, directory }: Needed,
  ref: MailboxRef,
  value: unknown,
  newId: () => string,
): Promise<Rule[]> {
  const rules = parseRules(value, newId);
  const mailbox = mail.mailbox(ref);
  const [folders, stored] = await Promise.all([mailbox.folders(), mailbox.rules()]);
  const checked = rules.map((rule, n): Rule => {
    const actions = { ...rule.actions };
    const before = stored.rules.find(({ ruleId }) => ruleId === rule.ruleId);
    let { error } = rule;
    for (const key of ['moveToFolder', 'copyToFolder'] as const) {
      const named = actions[key];
      if (named === undefined) continue;
      const folder = findFolder(folders, named);
      const at = `rules[${n}].actions.${key}`;
      // What has broken by itself does not keep its owner from changing the other rules.
      if (folder === undefined && before?.error?.code === 'folder-gone' && before.actions[key] === named) {
        error = before.error;
        continue;
      }
      if (folder === undefined) throw new InvalidInputError(`${at}: there is no folder ${named}`);
      if (folder.itemClass !== 'Email') throw new InvalidInputError(`${at}: ${named} holds no mail`);
      actions[key] = folder.folderId;
    }
    return { ...rule, actions, error };
  });
  for (const [n, { actions, enabled }] of checked.entries()) {
    const to = recipientsOf(actions);
    if (!enabled || to.length === 0) continue;
    const allowed = await allowedRecipients(directory, ref.tenantId, to);
    const other = to.find((one) => !allowed.includes(one));
    if (other !== undefined) {
      throw new InvalidInputError(`rules[${n}].actions: mail must not be forwarded to ${other.address}`);
    }
  }
  return checked;
}

/**
 * Checks and replaces all rules of a mailbox. Rejects with ConflictError when they are not at the expected revision.
 * A rule that was in error is tried again.
 */
export async function saveRules(
  services: Needed,
  ref: MailboxRef,
  value: unknown,
  { revision, newId }: { revision: number; newId: () => string },
): Promise<RuleSet> {
  const rules = await checkRules(services, ref, value, newId);
  return { rules, revision: await services.mail.mailbox(ref).putRules(rules, revision) };
}

/** By its id, or by its path without case. */
export function findFolder(folders: readonly Folder[], named: string): Folder | undefined {
  const byId = new Map(folders.map((folder) => [folder.folderId, folder]));
  const path = (folder: Folder, depth = 0): string => {
    const parent = folder.parentId === null || depth > 50 ? undefined : byId.get(folder.parentId);
    return parent === undefined ? folder.displayName : `${path(parent, depth + 1)}/${folder.displayName}`;
  };
  const wanted = named.normalize('NFC').toLowerCase();
  return byId.get(named) ?? folders.find((one) => path(one).normalize('NFC').toLowerCase() === wanted);
}

function recipientsOf(actions: Rule['actions']): MailAddress[] {
  return [
    ...(actions.forwardToRecipients ?? []),
    ...(actions.forwardAsAttachmentToRecipients ?? []),
    ...(actions.redirectToRecipients ?? []),
  ];
}
