/** Elements of MS-OXWSRULES beside the names of the shared model (core/rules/types.ts). */
import type { FlagPredicate, TextPredicate } from '../../../core/rules/types.ts';

/** Lists of texts. */
export const TEXT_LISTS: readonly (readonly [element: string, key: TextPredicate])[] = [
  ['Categories', 'categoriesContains'],
  ['ContainsBodyStrings', 'containsBodyStrings'],
  ['ContainsHeaderStrings', 'containsHeaderStrings'],
  ['ContainsRecipientStrings', 'containsRecipientStrings'],
  ['ContainsSenderStrings', 'containsSenderStrings'],
  ['ContainsSubjectOrBodyStrings', 'containsSubjectOrBodyStrings'],
  ['ContainsSubjectStrings', 'containsSubjectStrings'],
  ['ItemClasses', 'itemClasses'],
  ['MessageClassifications', 'messageClassifications'],
];

/** Lists of addresses. */
export const ADDRESS_LISTS = [
  ['FromAddresses', 'fromAddresses'],
  ['SentToAddresses', 'sentToAddresses'],
] as const;

/** What holds, or is not asked. */
export const FLAGS: readonly (readonly [element: string, key: FlagPredicate])[] = [
  ['HasAttachments', 'hasAttachments'],
  ['IsApprovalRequest', 'isApprovalRequest'],
  ['IsAutomaticForward', 'isAutomaticForward'],
  ['IsAutomaticReply', 'isAutomaticReply'],
  ['IsEncrypted', 'isEncrypted'],
  ['IsMeetingRequest', 'isMeetingRequest'],
  ['IsMeetingResponse', 'isMeetingResponse'],
  ['IsNDR', 'isNDR'],
  ['IsPermissionControlled', 'isPermissionControlled'],
  ['IsReadReceipt', 'isReadReceipt'],
  ['IsSigned', 'isSigned'],
  ['IsVoicemail', 'isVoicemail'],
  ['NotSentToMe', 'notSentToMe'],
  ['SentCcMe', 'sentCcMe'],
  ['SentOnlyToMe', 'sentOnlyToMe'],
  ['SentToMe', 'sentToMe'],
  ['SentToOrCcMe', 'sentToOrCcMe'],
];

export const FOLDER_ACTIONS = [
  ['CopyToFolder', 'copyToFolder'],
  ['MoveToFolder', 'moveToFolder'],
] as const;

export const RECIPIENT_ACTIONS = [
  ['ForwardAsAttachmentToRecipients', 'forwardAsAttachmentToRecipients'],
  ['ForwardToRecipients', 'forwardToRecipients'],
  ['RedirectToRecipients', 'redirectToRecipients'],
] as const;

export const FLAG_ACTIONS = [
  ['Delete', 'delete'],
  ['MarkAsRead', 'markAsRead'],
  ['PermanentDelete', 'permanentDelete'],
  ['StopProcessingRules', 'stopProcessingRules'],
] as const;

/** Words of the schema begin with a capital, those of the model do not. */
export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
