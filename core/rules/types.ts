/**
 * Inbox rules in the model of Exchange (MS-OXORULE, MS-OXWSRULES): names of conditions and actions are those of its
 * elements, so that every edge shows the same rules.
 */
import type { MailAddress, MessageFlag } from '../mail/types.ts';

/** MS-OXWSRULES 2.2.5.1: what an incoming message asks its receiver to do (X-Message-Flag). */
export const FLAG_REQUESTS = [
  'Any',
  'Call',
  'DoNotForward',
  'FollowUp',
  'FYI',
  'Forward',
  'NoResponseNecessary',
  'Read',
  'Reply',
  'ReplyToAll',
  'Review',
] as const;
export type FlagRequest = (typeof FLAG_REQUESTS)[number];

export const IMPORTANCES = ['low', 'normal', 'high'] as const;
export type Importance = (typeof IMPORTANCES)[number];

/** RFC 2156 5.3.4, MS-OXOMSG 2.2.1.13 */
export const SENSITIVITIES = ['normal', 'personal', 'private', 'confidential'] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];

/** Lists of texts, any of which is enough; compared without case. */
export const TEXT_PREDICATES = [
  'categoriesContains',
  'containsBodyStrings',
  'containsHeaderStrings',
  'containsRecipientStrings',
  'containsSenderStrings',
  'containsSubjectOrBodyStrings',
  'containsSubjectStrings',
  'fromAddresses',
  'itemClasses',
  'messageClassifications',
  'sentToAddresses',
] as const;

/** What holds or is not asked. */
export const FLAG_PREDICATES = [
  'hasAttachments',
  'isApprovalRequest',
  'isAutomaticForward',
  'isAutomaticReply',
  'isEncrypted',
  'isMeetingRequest',
  'isMeetingResponse',
  'isNDR',
  'isPermissionControlled',
  'isReadReceipt',
  'isSigned',
  'isVoicemail',
  'notSentToMe',
  'sentCcMe',
  'sentOnlyToMe',
  'sentToMe',
  'sentToOrCcMe',
] as const;

export type TextPredicate = (typeof TEXT_PREDICATES)[number];
export type FlagPredicate = (typeof FLAG_PREDICATES)[number];

/** All that are given must hold. */
export type RulePredicates = { [P in TextPredicate]?: string[] } & { [P in FlagPredicate]?: true } & {
  flaggedForAction?: FlagRequest;
  importance?: Importance;
  sensitivity?: Sensitivity;
  /** Received at or after `start`, before `end`: milliseconds since the epoch. */
  withinDateRange?: { start?: number; end?: number };
  /** Kibibytes, both ends included. */
  withinSizeRange?: { minimum?: number; maximum?: number };
};

/** What a rule answers with. */
export interface ReplyTemplate {
  /** '' for one made of the subject that is answered. */
  subject: string;
  format: 'text' | 'html';
  content: string;
}

export interface RuleActions {
  assignCategories?: string[];
  copyToFolder?: string;
  /** Into Deleted Items. */
  delete?: true;
  flag?: MessageFlag;
  forwardAsAttachmentToRecipients?: MailAddress[];
  forwardToRecipients?: MailAddress[];
  markAsRead?: true;
  markImportance?: Importance;
  moveToFolder?: string;
  permanentDelete?: true;
  redirectToRecipients?: MailAddress[];
  serverReplyWithMessage?: ReplyTemplate;
  stopProcessingRules?: true;
}

/** Why a rule is not run any more, until it is saved again. */
export interface RuleError {
  /** folder-gone: a folder it names does not exist. damaged: it cannot be read. */
  code: 'folder-gone' | 'damaged';
  text: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface Rule {
  ruleId: string;
  name: string;
  enabled: boolean;
  /** An empty one holds for every message. */
  conditions: RulePredicates;
  /** When any of these holds, the rule does not. */
  exceptions: RulePredicates;
  actions: RuleActions;
  error: RuleError | null;
}

/** The rules of a mailbox in the order in which they are run (the first has priority 1). */
export interface RuleSet {
  /** Changes with every write of the whole list; 0 when there never was one. */
  revision: number;
  rules: Rule[];
}

/** Bounds of a mailbox's rules: what each message is compared with must stay cheap (A23). */
export const RULE_LIMITS = {
  rules: 256,
  name: 256,
  /** Entries of one list. */
  list: 64,
  /** UTF-16 units of one text. */
  text: 255,
  /** Texts of all rules together. */
  texts: 2000,
  recipients: 20,
  categories: 25,
  reply: 65_536,
  /** Bytes of one rule as JSON. */
  json: 100_000,
} as const;
