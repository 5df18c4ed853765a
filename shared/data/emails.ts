import * as z from 'zod';
import { cursor, id, ifMatch, mailbox, modseq, page, pageOf, range, time } from './common.ts';

/** Id of a folder, or the role of one that each mailbox has (`inbox`). */
const place = id;
const address = z.object({ name: z.string(), address: z.string() });
const flag = z.object({
  /** 0 cleared, 1 complete, 2 active. */
  status: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  type: z.string().optional(),
  subject: z.string().optional(),
  startDate: time.optional(),
  dueDate: time.optional(),
  completeTime: time.optional(),
  reminderSet: z.boolean().optional(),
  reminderTime: time.optional(),
});

const email = z.object({
  id,
  folder: id,
  modseq,
  receivedAt: time,
  sentAt: time.nullable(),
  size: z.int(),
  isRead: z.boolean(),
  isDraft: z.boolean(),
  flag: flag.nullable(),
  categories: z.array(z.string()),
  /** The same for all messages of a conversation. */
  conversation: z.string(),
  /** Without angle brackets. */
  messageId: z.string().nullable(),
  subject: z.string(),
  from: z.array(address),
  sender: z.array(address),
  replyTo: z.array(address),
  to: z.array(address),
  cc: z.array(address),
  bcc: z.array(address),
  importance: z.enum(['low', 'normal', 'high']),
  messageClass: z.string(),
  preview: z.string(),
  attachments: z.int(),
});

export const listEmailsInput = z.strictObject({ ...mailbox, folder: place.default('inbox'), ...page });
/** Newest first. `modseq` of the folder: what changes afterwards is told by the changes since then. */
export const emailPage = pageOf(email).extend({ modseq });

export const emailChangesInput = z.strictObject({
  ...mailbox,
  folder: place.default('inbox'),
  /** The folder as it was known. */
  since: modseq.default(0),
  ...page,
});
export const emailChanges = z.object({
  changed: z.array(email),
  /** Messages that are not in the folder any more. */
  removed: z.array(id),
  cursor: cursor.nullable(),
  /** What `since` is when `cursor` is null. */
  modseq,
});

export const getEmailInput = z.strictObject({
  ...mailbox,
  id,
  /** Which texts of it are wanted. */
  bodies: z.enum(['none', 'text', 'html', 'both']).default('none'),
  /** Bytes of each. */
  maxBodyBytes: z.int().min(0).max(4_194_304).default(262_144),
});
const body = z.object({ value: z.string(), truncated: z.boolean() });
export const emailWithBodies = email.extend({ text: body.nullable(), html: body.nullable() });

export const emailBytesInput = z.strictObject({ ...mailbox, id, ...range });

export const attachmentsInput = z.strictObject({ ...mailbox, id });
const attachment = z.object({
  no: z.int(),
  name: z.string().nullable(),
  mediaType: z.string(),
  size: z.int(),
  contentId: z.string().nullable(),
  inline: z.boolean(),
});
export const attachments = z.object({ attachments: z.array(attachment) });
export const attachmentBytesInput = z.strictObject({ ...mailbox, id, no: z.int().min(0), ...range });

/** Names a request: the same again does nothing again. */
const key = z.string().min(1).max(200);
const categories = z.array(z.string().trim().min(1).max(255)).max(100);
const givenAddress = z.strictObject({
  name: z.string().max(500).default(''),
  address: z.string().min(3).max(320),
});
const givenFlag = z.strictObject(flag.shape).nullable();
const addresses = z.array(givenAddress).max(1000).default([]);
const messageId = z.string().regex(/^[^\s<>]{3,250}$/, 'a Message-ID without angle brackets');
const file = z.strictObject({
  name: z.string().max(255),
  mediaType: z.string().regex(/^[\w.+-]{1,100}\/[\w.+-]{1,100}$/, 'a media type'),
  contentId: z
    .string()
    .regex(/^[^\s<>]{1,250}$/)
    .nullable()
    .default(null),
  inline: z.boolean().default(false),
  content: z.base64(),
});

export const createEmailInput = z.strictObject({
  ...mailbox,
  /** draft: kept in a folder. submit: sent, with a copy in Sent Items. */
  mode: z.enum(['draft', 'submit']),
  key: key.optional(),
  folder: place.default('drafts'),
  from: givenAddress.optional(),
  ...{ to: addresses, cc: addresses, bcc: addresses, replyTo: addresses },
  subject: z.string().max(2000).default(''),
  importance: z.enum(['low', 'normal', 'high']).default('normal'),
  text: z.string().nullable().default(null),
  html: z.string().nullable().default(null),
  attachments: z.array(file).max(100).default([]),
  inReplyTo: messageId.nullable().default(null),
  references: z.array(messageId).max(100).default([]),
  /** Not before this time, when it is sent. */
  sendAt: time.optional(),
});

/**
 * draft: the message is in the mailbox. accepted: on its way, `submission` names it. already: it was handed in before.
 */
export const createdEmail = z.object({
  outcome: z.enum(['draft', 'accepted', 'already']),
  id: id.nullable(),
  modseq: modseq.nullable(),
  submission: z.string().nullable(),
});

const raw = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes of a message');

export const importEmailInput = z.strictObject({
  ...mailbox,
  raw,
  key: key.optional(),
  folder: place.default('inbox'),
  /** Now, when it is not said. */
  receivedAt: time.optional(),
  isRead: z.boolean().default(false),
  categories: categories.default([]),
});
export const importedEmail = z.object({ outcome: z.enum(['imported', 'present']), id, folder: id, modseq });

export const submitDraftInput = z.strictObject({ ...mailbox, id, ...ifMatch });

const patch = {
  isRead: z.boolean().optional(),
  flag: givenFlag.optional(),
  categories: categories.optional(),
  /** Moves it there. */
  folder: place.optional(),
};
export const patchEmailInput = z.strictObject({ ...mailbox, id, ...ifMatch, ...patch });
export const patchedEmail = z.object({ id, folder: id, modseq });

export const patchEmailsInput = z.strictObject({
  ...mailbox,
  ids: z.array(id).min(1).max(200),
  ...patch,
  /** trash: into Deleted Items, and for good what is there already. forever: for good. */
  delete: z.enum(['trash', 'forever']).optional(),
});
export const patchedEmails = z.object({
  results: z.array(
    z.object({
      id,
      outcome: z.enum(['changed', 'unchanged', 'notFound']),
      folder: id.nullable(),
      modseq: modseq.nullable(),
    }),
  ),
});

export const deleteInput = z.strictObject({
  ...mailbox,
  id,
  ...ifMatch,
  /** For good, instead of into Deleted Items. */
  permanent: z.boolean().default(false),
});

export const enqueueInput = z.strictObject({
  ...mailbox,
  raw,
  key,
  saveInSentItems: z.boolean().default(true),
});
