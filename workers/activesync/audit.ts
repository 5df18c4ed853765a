/** Which event each command is for the audit log. */
import type { WbxmlElement, WbxmlNode } from '../../codecs/wbxml/index.ts';
import { children, textOf } from '../../codecs/wbxml/index.ts';
import type { AuditJob } from '../../core/ports/queues.ts';
import { clientAddress } from '../../platform/audit/address.ts';
import type { AuditFacts } from '../../platform/audit/trail.ts';
import type { EasContext } from './context.ts';
import type { Reply } from './http/reply.ts';

interface CommandEvent {
  action: string;
  /** `null`: the mailbox. */
  resource: string | null;
  details?: AuditJob['details'];
  /** Noted once an hour for each device: what a device does by itself, again and again. */
  once?: 'hour';
}

/** From what was asked for and answered to events; a string says why there are none. */
export type CommandDecision =
  | string
  | ((asked: WbxmlElement | null, answered: WbxmlNode | null) => CommandEvent[]);

const each =
  (action: string, count?: string): CommandDecision =>
  (asked) => [
    {
      action,
      resource: null,
      ...(count === undefined ? {} : { details: { items: children(asked ?? undefined, count).length } }),
    },
  ];
const hourly =
  (action: string): CommandDecision =>
  () => [{ action, resource: null, once: 'hour' }];

/** Every command of COMMANDS has an entry; a test sees to it. */
export const AUDITED: Readonly<Record<string, CommandDecision>> = {
  Sync: syncEvents,
  Find: hourly('item.search'),
  FolderSync: hourly('folder.list'),
  FolderCreate: each('folder.create'),
  FolderDelete: (asked) => [
    { action: 'folder.delete', resource: folderOf(textOf(asked ?? undefined, 'FolderHierarchy:ServerId')) },
  ],
  FolderUpdate: (asked) => [
    { action: 'folder.change', resource: folderOf(textOf(asked ?? undefined, 'FolderHierarchy:ServerId')) },
  ],
  MeetingResponse: each('meeting.respond', 'MeetingResponse:Request'),
  MoveItems: each('item.move', 'Move:Move'),
  GetAttachment: hourly('attachment.read'),
  GetHierarchy: hourly('folder.list'),
  GetItemEstimate: 'tells numbers only',
  ItemOperations: itemOperationEvents,
  Ping: 'tells only that something changed; what did is read by Sync',
  Provision: hourly('device.provision'),
  ResolveRecipients: hourly('directory.read'),
  Search: hourly('item.search'),
  SendMail: each('mail.send'),
  Settings: (asked) =>
    (asked?.children ?? [])
      .filter((property) => property.children.some(({ tag }) => tag === 'Settings:Set'))
      .map(({ tag }) => ({ action: 'settings.change', resource: null, details: { setting: plain(tag) } })),
  SmartForward: each('mail.send'),
  SmartReply: each('mail.send'),
  ValidateCert: 'checks what the client brings',
};

/**
 * Notes what a command did, after its answer. `reply`: null when it failed by a fault of ours; `refused`: the gate did not
 * let it pass.
 */
export function recordCommand(
  context: Omit<EasContext, 'gate'>,
  headers: Headers,
  reply: Reply | null,
  refused: boolean,
): void {
  const { services, principal, ref, query, correlationId, body } = context;
  const common = {
    tenantId: principal.tenant.tenantId,
    actor: `user/${principal.user.userId}`,
    address: clientAddress(headers, services.config.auditAddresses),
    protocol: 'activesync',
    deviceId: query.deviceId,
    correlationId,
  };
  const mailbox = `mailbox/${ref.mailboxId}`;
  if (refused) {
    const details = { command: query.command };
    const what = { action: 'device.refuse', resource: `device/${query.deviceId}`, details } as const;
    services.trail.record([{ ...common, ...what, outcome: 'denied', once: 'hour', apart: query.command }]);
    return;
  }
  const decision = AUDITED[query.command];
  if (decision === undefined || typeof decision === 'string') return;
  const answered = reply?.kind === 'wbxml' ? reply.root : null;
  const outcome = outcomeOf(reply);
  services.trail.record(
    decision(body, answered).map(
      ({ resource, ...event }): AuditFacts => ({
        ...{ ...common, ...event, resource: resource ?? mailbox, outcome },
      }),
    ),
  );
}

function outcomeOf(reply: Reply | null): AuditJob['outcome'] {
  if (reply === null) return 'error';
  if (reply.kind === 'empty') return 'ok';
  if (reply.kind === 'http') {
    const { status } = reply.response;
    return status < 400 ? 'ok' : status === 401 || status === 403 || status === 449 ? 'denied' : 'error';
  }
  const status = nodes(reply.root).find(({ tag }) => plain(tag) === 'Status');
  return status === undefined || textIn(status) === '1' ? 'ok' : 'error';
}

/** Of each collection: what the device changed, in each request; and once an hour that it read there. */
function syncEvents(asked: WbxmlElement | null, answered: WbxmlNode | null): CommandEvent[] {
  const events: CommandEvent[] = [];
  const [collections] = children(asked ?? undefined, 'AirSync:Collections');
  for (const collection of children(collections, 'AirSync:Collection')) {
    const commands = children(collection, 'AirSync:Commands').flatMap((list) => list.children);
    const count = (tag: string) => commands.filter((one) => one.tag === `AirSync:${tag}`).length;
    const details = { adds: count('Add'), changes: count('Change'), deletes: count('Delete') };
    if (details.adds + details.changes + details.deletes === 0) continue;
    events.push({
      action: 'item.change',
      resource: folderOf(textOf(collection, 'AirSync:CollectionId')),
      details,
    });
  }
  const replies = answered === null ? [] : nodes(answered).filter(({ tag }) => tag === 'AirSync:Collections');
  for (const collection of replies.flatMap(nodes)) {
    const told = nodes(collection).filter(
      ({ tag }) => tag === 'AirSync:Commands' || tag === 'AirSync:Responses',
    );
    if (!told.flatMap(nodes).some(({ tag }) => READS.has(tag))) continue;
    const id = nodes(collection).find(({ tag }) => tag === 'AirSync:CollectionId');
    events.push({
      action: 'item.read',
      resource: folderOf(id === undefined ? undefined : textIn(id)),
      once: 'hour',
    });
  }
  return events;
}

const READS: ReadonlySet<string> = new Set(['AirSync:Add', 'AirSync:Change', 'AirSync:Fetch']);

function itemOperationEvents(asked: WbxmlElement | null): CommandEvent[] {
  const operations = asked?.children ?? [];
  const of = (name: string) => operations.filter(({ tag }) => tag === `ItemOperations:${name}`);
  return [
    ...(of('Fetch').length > 0 ? [{ action: 'item.read', resource: null, once: 'hour' as const }] : []),
    ...of('EmptyFolderContents').map((one) => ({
      ...{ action: 'folder.empty', resource: folderOf(textOf(one, 'AirSync:CollectionId')) },
    })),
    ...of('Move').map(() => ({ action: 'item.move', resource: null, details: { conversation: true } })),
  ];
}

function folderOf(id: string | null | undefined): string | null {
  return id === undefined || id === null || id === '' ? null : `folder/${id.slice(0, 64)}`;
}

function nodes(node: WbxmlNode): WbxmlNode[] {
  return node.content.filter((part): part is WbxmlNode => typeof part === 'object' && 'tag' in part);
}

function textIn(node: WbxmlNode): string {
  return node.content.filter((part) => typeof part === 'string').join('');
}

function plain(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1);
}
