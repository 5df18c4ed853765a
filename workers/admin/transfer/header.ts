import * as z from 'zod';
import type { TransferFile, TransferMessage, TransferObject } from '../../../shared/admin-api.ts';

const id = z.string().min(1).max(64);
const key = z.string().min(1).max(2000);
const text = z.string().max(255).optional();
const time = z.number().int().min(-8.64e15).max(8.64e15);

const flag = z.object({
  status: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  ...{ type: text, subject: text, subOrdinalDate: text, reminderSet: z.boolean().optional() },
  ...{ startDate: time.optional(), utcStartDate: time.optional(), dueDate: time.optional() },
  ...{ utcDueDate: time.optional(), dateCompleted: time.optional(), completeTime: time.optional() },
  ...{ reminderTime: time.optional(), ordinalDate: time.optional() },
});

const result = z.enum(['none', 'pass', 'fail', 'softfail', 'neutral', 'policy', 'temperror', 'permerror']);
const verdict = z.object({
  source: z.enum(['platform', 'checked', 'submitted']),
  ...{ spf: result, dkim: result, dmarc: result, arc: result },
  fromDomain: z.string().max(255),
  policy: z.enum(['none', 'quarantine', 'reject']).nullable(),
  spam: z.number().min(0).max(1).nullable(),
  disposition: z.enum(['inbox', 'junk']),
  reasons: z.array(z.string().max(500)).max(50),
});

const ROLES = [
  ...([
    'inbox',
    'drafts',
    'sent',
    'deleted',
    'junk',
    'archive',
    'outbox',
    'calendar',
    'contacts',
    'tasks',
  ] as const),
  ...(['notes', 'recipientCache', 'user'] as const),
] as const;

const state = z.object({
  dedupeKey: z.string().min(1).max(255),
  threadId: z.string().min(1).max(64),
  conversationIndex: z.string().max(2000),
  isDraft: z.boolean(),
  receivedAsBcc: z.boolean(),
  lastVerb: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
  lastVerbAt: time.nullable(),
  importance: z.enum(['low', 'normal', 'high']),
  verdict: verdict.nullable(),
  role: z.enum(ROLES),
  mailFrom: z.string().max(500),
});

const message = z.object({
  type: z.literal('message'),
  key,
  itemId: id.optional(),
  folderId: id,
  receivedAt: time,
  isRead: z.boolean(),
  flag: flag.nullable().optional(),
  categories: z.array(z.string().min(1).max(255)).max(300).optional(),
  state: state.optional(),
}) satisfies z.ZodType<TransferMessage>;

const object = z.object({
  type: z.literal('object'),
  key,
  itemId: id.optional(),
  folderId: id,
  kind: z.enum(['event', 'contact', 'task', 'note', 'sms']),
  document: z.looseObject({ '@type': z.string(), uid: z.string().min(1).max(1000) }),
  unlessKnown: z.boolean().default(false),
}) satisfies z.ZodType<TransferObject>;

const file = z.object({
  type: z.literal('file'),
  key,
  itemId: id.optional(),
  attachmentId: z.string().regex(/^[0-9A-Za-z_-]{1,64}$/),
}) satisfies z.ZodType<TransferFile>;

const header = z.discriminatedUnion('type', [message, object, file]);

export type ImportHeader = z.output<typeof header>;
export type ImportMessage = z.output<typeof message>;
export type ImportObject = z.output<typeof object>;
export type ImportFile = z.output<typeof file>;

/** null for what is no item that can come in. */
export function parseHeader(value: unknown): ImportHeader | null {
  const parsed = header.safeParse(value);
  return parsed.success ? parsed.data : null;
}
