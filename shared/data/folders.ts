import * as z from 'zod';
import { id, mailbox, modseq } from './common.ts';

const FOLDER_ROLES = [
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
  'notes',
  'recipientCache',
  'user',
] as const;

const folder = z.object({
  id,
  parent: id.nullable(),
  name: z.string(),
  /** `user` for folders that people made; each other role is there once. */
  role: z.enum(FOLDER_ROLES),
  class: z.enum(['Email', 'Calendar', 'Contacts', 'Tasks', 'Notes']),
  /** Of the last change to the folder itself, and to anything in it. */
  modseq,
  contentModseq: modseq,
  total: z.int(),
  unread: z.int(),
  /** Bytes. */
  size: z.int(),
});

export const listFoldersInput = z.strictObject(mailbox);
export const folders = z.object({ folders: z.array(folder), modseq });
