import type { ItemClass } from '../mail/types.ts';
import type { MailboxStore } from '../ports/mail.ts';
import type { SyncOptions } from './options.ts';
import type { PlanLimits } from './plan.ts';
import type { AddedFiles, BatchEntry, ClientCommand, CommandResponse, SyncStateRepo } from './state.ts';

export interface SyncRequest extends PlanLimits {
  collectionId: string;
  syncKey: string;
  /** False when the client only pushes its changes (MS-ASCMD 2.2.3.84). */
  getChanges: boolean;
  /** undefined keeps the options of the last request. */
  options: SyncOptions | undefined;
  deletesAsMoves: boolean;
  commands: ClientCommand[];
  /** Classes that the options are for (MS-ASCMD 2.2.3.27.5). */
  classes?: string[];
  /** Of a request with key 0 (MS-ASCMD 2.2.3.179). */
  supported?: string[] | null;
}

export interface SyncReply {
  collectionId: string;
  /** 1 success, 3 invalid SyncKey, 12 the folder is gone (MS-ASCMD 2.2.3.177.17). */
  status: 1 | 3 | 4 | 12;
  syncKey: string;
  /** Of the folder; null when it is gone. */
  itemClass: ItemClass | null;
  /** Options in force, for rendering the items. */
  options: SyncOptions;
  batch: BatchEntry[];
  more: boolean;
  responses: CommandResponse[];
  /** By draft: attachments that this very request added to it. */
  files: Record<string, AddedFiles>;
  /** False when nothing happened either way and the key stayed: the reply may leave the collection out. */
  changed: boolean;
  /** Items that the device is not told of because it could not take them in (I20). */
  skipped: string[];
  /** Folders that the client's commands changed, for waking others. */
  touched: { folderId: string; modseq: number }[];
}

/** `contentModseq`: of the folder, read before the call; undefined when the mailbox has no such folder. */
export interface SyncContext {
  repo: SyncStateRepo;
  mailbox: MailboxStore;
  contentModseq: number | undefined;
  itemClass: ItemClass;
  now: number;
  newEpoch(): string;
  /** Hands a message to the way out; the Sync status of the command (1 when it is certain to leave). */
  send?(submissionId: string, raw: Uint8Array): Promise<number>;
}
