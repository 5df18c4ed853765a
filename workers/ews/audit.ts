/** Which event each operation is for the audit log. */
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { attributeOf, child } from '../../codecs/soap/read.ts';
import type { AuditJob } from '../../core/ports/queues.ts';
import { clientAddress } from '../../platform/audit/address.ts';
import type { AuditFacts } from '../../platform/audit/trail.ts';
import type { EwsContext } from './context.ts';
import { EwsError } from './errors.ts';

interface OperationEvent {
  action: string;
  /** Noted once an hour for each client address and mailbox: what programs ask again and again. */
  once?: 'hour';
}

/** A string says why an operation is no event. */
export type OperationDecision = string | OperationEvent | ((asked: XmlElement) => OperationEvent);

const hourly = (action: string): OperationEvent => ({ action, once: 'hour' });
const each = (action: string): OperationEvent => ({ action });
const OF_THE_SERVER = 'tells of the server, not of a mailbox';

/** A message that is sent on the way. */
const saving =
  (action: string): OperationDecision =>
  (asked) =>
    (attributeOf(asked, 'MessageDisposition') ?? '').startsWith('Send') ? each('mail.send') : each(action);

/** Every operation of OPERATIONS has an entry; a test sees to it. */
export const AUDITED: Readonly<Record<string, OperationDecision>> = {
  ConvertId: 'changes the form of ids',
  ExportItems: each('item.export'),
  GetAttachment: hourly('attachment.read'),
  GetItem: hourly('item.read'),
  GetReminders: hourly('item.list'),
  GetRoomLists: OF_THE_SERVER,
  GetRooms: OF_THE_SERVER,
  GetServerTimeZones: OF_THE_SERVER,
  GetUserAvailability: hourly('calendar.read'),
  FindFolder: hourly('folder.list'),
  GetFolder: hourly('folder.list'),
  CreateUserConfiguration: each('configuration.change'),
  DeleteUserConfiguration: each('configuration.change'),
  GetUserConfiguration: hourly('configuration.read'),
  UpdateUserConfiguration: each('configuration.change'),
  MoveItem: each('item.move'),
  CopyItem: each('item.copy'),
  DeleteItem: each('item.delete'),
  ArchiveItem: each('item.move'),
  MarkAsJunk: each('item.change'),
  CreateFolder: each('folder.create'),
  CreateFolderPath: each('folder.create'),
  CreateManagedFolder: each('folder.create'),
  UpdateFolder: each('folder.change'),
  MoveFolder: each('folder.change'),
  CopyFolder: each('folder.create'),
  DeleteFolder: each('folder.delete'),
  EmptyFolder: each('folder.empty'),
  MarkAllItemsAsRead: each('item.change'),
  SyncFolderHierarchy: hourly('folder.list'),
  SyncFolderItems: hourly('item.list'),
  CreateAttachment: each('item.change'),
  CreateItem: saving('item.create'),
  DeleteAttachment: each('item.change'),
  PerformReminderAction: each('item.change'),
  SendItem: each('mail.send'),
  UpdateItem: saving('item.change'),
  FindItem: hourly('item.list'),
  // A push subscription makes the server call others.
  Subscribe: (asked) =>
    child(asked, 'PushSubscriptionRequest') === null ? hourly('mailbox.watch') : each('mailbox.push'),
  Unsubscribe: 'ends what Subscribe began',
  GetEvents: hourly('mailbox.watch'),
  GetStreamingEvents: hourly('mailbox.watch'),
  ExpandDL: hourly('directory.read'),
  FindPeople: hourly('directory.read'),
  GetAppManifests: OF_THE_SERVER,
  GetAppMarketplaceUrl: OF_THE_SERVER,
  GetMailTips: hourly('directory.read'),
  GetPasswordExpirationDate: OF_THE_SERVER,
  GetPersona: hourly('directory.read'),
  GetSearchableMailboxes: OF_THE_SERVER,
  GetServiceConfiguration: OF_THE_SERVER,
  GetUserOofSettings: hourly('settings.read'),
  GetUserPhoto: hourly('directory.read'),
  GetUserRetentionPolicyTags: OF_THE_SERVER,
  ResolveNames: hourly('directory.read'),
  SetUserOofSettings: each('settings.change'),
  ApplyConversationAction: each('item.change'),
  FindConversation: hourly('item.list'),
  GetConversationItems: hourly('item.read'),
  UploadItems: each('item.import'),
  GetInboxRules: hourly('settings.read'),
  UpdateInboxRules: each('rules.change'),
  AddDelegate: each('delegate.change'),
  GetDelegate: hourly('settings.read'),
  RemoveDelegate: each('delegate.change'),
  UpdateDelegate: each('delegate.change'),
};

export interface OperationOutcome {
  name: string;
  asked: XmlElement;
  /** The content of the answer; null for a stream. */
  answer: object | null;
  /** What the operation as a whole failed with. */
  error: unknown;
  /** Ids of the mailboxes of others that it reached. */
  touched: ReadonlySet<string>;
}

const MAX_MAILBOXES = 10;

/** Notes what an operation did, after its answer: one event for each mailbox. */
export function recordOperation(
  context: Pick<EwsContext, 'services' | 'principal' | 'correlationId'>,
  headers: Headers,
  { name, asked, answer, error, touched }: OperationOutcome,
): void {
  const { services, principal, correlationId } = context;
  const decision = AUDITED[name];
  if (decision === undefined || typeof decision === 'string') return;
  const { action, once } = typeof decision === 'function' ? decision(asked) : decision;
  const { outcome, failed } =
    error === null ? outcomeOf(answer) : { outcome: outcomeOfError(error), failed: 0 };
  const items = countOf(asked);
  const own = principal.user.userId;
  const mailboxes = touched.size === 0 ? [own] : [...touched].slice(0, MAX_MAILBOXES);
  const address = clientAddress(headers, services.config.auditAddresses);
  services.trail.record(
    mailboxes.map(
      (mailboxId): AuditFacts => ({
        ...{
          tenantId: principal.tenant.tenantId,
          actor: `user/${own}`,
          address,
          protocol: 'ews',
          action,
          outcome,
        },
        ...{ resource: `mailbox/${mailboxId}`, correlationId, once, apart: address ?? '' },
        details: {
          operation: name,
          ...(once === undefined && items > 0 ? { items } : {}),
          ...(failed > 0 ? { failed } : {}),
        },
      }),
    ),
  );
}

const LISTS: ReadonlySet<string> = new Set([
  ...[
    'ItemIds',
    'Items',
    'ItemChanges',
    'AttachmentIds',
    'Attachments',
    'FolderIds',
    'Folders',
    'FolderChanges',
  ],
  ...['ConversationActions', 'DelegateUsers', 'UserIds', 'Operations'],
]);

/** How many things were asked for. */
function countOf(asked: XmlElement): number {
  return asked.children
    .filter(({ name }) => LISTS.has(name))
    .reduce((sum, list) => sum + list.children.length, 0);
}

/** Failed when each of the things asked for did. */
function outcomeOf(answer: object | null): { outcome: AuditJob['outcome']; failed: number } {
  const messages = (answer as { ResponseMessages?: { $?: unknown } } | null)?.ResponseMessages?.$;
  const list = Array.isArray(messages)
    ? messages.map((pair: unknown) => (Array.isArray(pair) ? pair[1] : null))
    : [];
  const bad = list.filter(isFailed);
  if (bad.length === 0 || bad.length < list.length) return { outcome: 'ok', failed: bad.length };
  const denied = bad.every(({ ResponseCode: code }) => code === 'ErrorAccessDenied');
  return { outcome: denied ? 'denied' : 'error', failed: bad.length };
}

function isFailed(message: unknown): message is { ResponseCode?: unknown } {
  return (
    typeof message === 'object' &&
    message !== null &&
    '@ResponseClass' in message &&
    message['@ResponseClass'] === 'Error'
  );
}

function outcomeOfError(error: unknown): AuditJob['outcome'] {
  return error instanceof EwsError && error.code === 'ErrorAccessDenied' ? 'denied' : 'error';
}
