import { codePageOf } from '../../../codecs/mime/index.ts';
import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { ItemState, Message } from '../../../core/mail/types.ts';
import type { MailboxStore } from '../../../core/ports/mail.ts';
import type { AddedFiles, Aspect } from '../../../core/sync/state.ts';
import type { EasContext } from '../context.ts';
import { atLeast, type Version } from '../http/versions.ts';
import { addressProperties, bccProperty, displayTo, senderProperty } from './addresses.ts';
import { type AttachmentFacts, attachmentProperties } from './attachments.ts';
import { type BodyOptions, nativeBodyType, renderBodies } from './body.ts';
import type { BodySource } from './body-content.ts';
import { conversationId, conversationIndex } from './conversation.ts';
import { flagElement } from './flag.ts';
import { isOutdated, meetingContentClass, meetingRequest } from './meeting-request.ts';
import { isoTime } from './time.ts';
import { tnefOf } from './tnef.ts';
import { voiceFacts } from './voice.ts';

const IMPORTANCE = { low: 0, normal: 1, high: 2 } as const;
/** MS-ASEMAIL 2.2.2.20: that of mail. */
const CONTENT_CLASS = 'urn:content-classes:message';

/** Where bodies come from, and for whom properties are written. */
export interface RenderContext extends BodySource {
  version: Version;
  /** ClientIds of attachments that the request at hand added to this very message. */
  files?: AddedFiles | undefined;
  /** Where it is looked up whether a message of a meeting is outdated. */
  mailbox: Pick<MailboxStore, 'itemsByUid'>;
}

export function renderContext({ services, mailbox, version }: EasContext): RenderContext {
  return { blobs: services.blobs, names: services.config, version, mailbox };
}

/** The properties of a message that a device shows (MS-ASEMAIL 2.2.1.2), without a wrapping element. */
export async function emailProperties(
  context: RenderContext,
  message: Message,
  options: BodyOptions,
): Promise<WbxmlNode[]> {
  const { blobs, version, files, mailbox } = context;
  const voice = atLeast(version, '14.0') ? await voiceFacts(blobs, message) : null;
  const tnef = await tnefOf(blobs, message);
  const outdated = atLeast(version, '14.1') && (await isOutdated(mailbox, message));
  const bodies = await renderBodies({ ...context, rtf: tnef?.rtf ?? null }, message, options);
  return assemble(version, message, { voice, tnef, files, outdated }, bodies);
}

/**
 * The same out of nothing but the message's record, with the beginning of its text: for a message whose raw cannot be
 * read just now. The device sees that the body is cut, and asks for the rest when it is wanted.
 */
export function emailOutline({ version, files }: RenderContext, message: Message): WbxmlNode[] {
  const body = el(
    'AirSyncBase:Body',
    el('AirSyncBase:Type', 1),
    el('AirSyncBase:EstimatedDataSize', Math.max(message.textSize, message.htmlSize)),
    el('AirSyncBase:Truncated', true),
    el('AirSyncBase:Data', message.textHead),
  );
  return assemble(version, message, { voice: null, tnef: null, files, outdated: false }, [body]);
}

function assemble(
  version: Version,
  message: Message,
  facts: AttachmentFacts & { outdated: boolean },
  bodies: WbxmlNode[],
): WbxmlNode[] {
  const { voice, tnef, outdated } = facts;
  const v14 = atLeast(version, '14.0');
  const v16 = atLeast(version, '16.0');
  return [
    ...addressProperties(message),
    el('Email:Subject', message.subject),
    el('Email:DateReceived', isoTime(message.receivedAt)),
    ...displayTo(message),
    el('Email:ThreadTopic', message.baseSubject),
    el('Email:Importance', IMPORTANCE[message.importance]),
    el('Email:Read', message.isRead),
    ...attachmentProperties(message, facts),
    ...bodies,
    el('Email:MessageClass', message.messageClass),
    ...meetingRequest(message, version, outdated),
    el('Email:InternetCPID', codePageOf(charsetOf(message))),
    flagElement(message.flag),
    el('Email:ContentClass', meetingContentClass(message) ?? CONTENT_CLASS),
    el('AirSyncBase:NativeBodyType', nativeBodyType(message, tnef?.rtf ?? null)),
    ...(v14 ? conversationProperties(message) : []),
    ...(v14 ? [categoriesElement(message.categories)] : []),
    ...(voice?.caller == null ? [] : [el('Email2:UmCallerID', voice.caller)]),
    ...(v16 ? [...bccProperty(message), el('Email2:IsDraft', message.isDraft)] : []),
  ];
}

/**
 * What a Change says of a message that the device knows as it was at version `since` (a modseq): nothing but what
 * changed after it, as long as that is its read mark, its flag or its categories (MS-ASEMAIL 3.2.5.4); else all.
 * `named` is said in any case.
 */
export async function emailChange(
  context: RenderContext,
  message: Message,
  since: number,
  options: BodyOptions,
  named: readonly Aspect[] = [],
): Promise<WbxmlNode[]> {
  if (message.contentModseq > since) return emailProperties(context, message, options);
  const changed = aspectsAfter(message, since);
  for (const aspect of named) changed[aspect] = true;
  const categories = atLeast(context.version, '14.0') && changed.categories;
  // A Change without any property is no valid document.
  const read = changed.read || (!changed.flag && !categories);
  return [
    ...(read ? [el('Email:Read', message.isRead)] : []),
    ...(changed.flag ? [flagElement(message.flag)] : []),
    // An empty element takes all categories off (MS-ASEMAIL 2.2.2.16).
    ...(categories ? [categoriesElement(message.categories)] : []),
  ];
}

function aspectsAfter(item: ItemState, since: number): Record<Aspect, boolean> {
  return {
    read: item.readModseq > since,
    flag: item.flagModseq > since,
    categories: item.categoriesModseq > since,
  };
}

function categoriesElement(list: string[]): WbxmlNode {
  return el('Email:Categories', ...list.map((c) => el('Email:Category', c)));
}

/** What the answer to an Add says of the new draft (MS-ASEMAIL 2.2.2.20, 2.2.2.21; MS-ASAIRS 2.2.2.14). */
export function draftProperties(message: Message, files: AddedFiles): WbxmlNode[] {
  return [
    ...attachmentProperties(message, { voice: null, tnef: null, files }),
    el('Email2:ConversationId', conversationId(message.threadId)),
    el('Email2:ConversationIndex', conversationIndex(message.conversationIndex, message.receivedAt)),
  ];
}

function conversationProperties(message: Message): WbxmlNode[] {
  return [
    el('Email2:ConversationId', conversationId(message.threadId)),
    el('Email2:ConversationIndex', conversationIndex(message.conversationIndex, message.receivedAt)),
    ...(message.lastVerb === 0
      ? []
      : [
          el('Email2:LastVerbExecuted', message.lastVerb),
          ...(message.lastVerbAt === null
            ? []
            : [el('Email2:LastVerbExecutionTime', isoTime(message.lastVerbAt))]),
        ]),
    // Only when it is so (MS-ASEMAIL 2.2.2.57).
    ...(message.receivedAsBcc ? [el('Email2:ReceivedAsBcc', true)] : []),
    ...senderProperty(message),
  ];
}

/** Charset of the body that the author wrote. */
function charsetOf(message: Message): string | null {
  const native = message.bodyHtmlPart ?? message.bodyTextPart;
  return message.bodies.find((part) => part.partNo === native)?.charset ?? null;
}
