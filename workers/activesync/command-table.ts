import { find } from './commands/find.ts';
import { folderCreate } from './commands/folder-create.ts';
import { folderDelete } from './commands/folder-delete.ts';
import { folderSync } from './commands/folder-sync.ts';
import { folderUpdate } from './commands/folder-update.ts';
import { getAttachment } from './commands/get-attachment.ts';
import { getHierarchy } from './commands/get-hierarchy.ts';
import { getItemEstimate } from './commands/get-item-estimate.ts';
import { itemOperations } from './commands/item-operations.ts';
import { meetingResponse } from './commands/meeting-response.ts';
import { moveItems } from './commands/move-items.ts';
import { ping } from './commands/ping.ts';
import { provision } from './commands/provision.ts';
import { resolveRecipients } from './commands/resolve-recipients.ts';
import { search } from './commands/search.ts';
import { sendMail } from './commands/send-mail.ts';
import { settings } from './commands/settings.ts';
import { smartForward } from './commands/smart-forward.ts';
import { smartReply } from './commands/smart-reply.ts';
import { sync } from './commands/sync.ts';
import { validateCert } from './commands/validate-cert.ts';
import type { Command } from './context.ts';

/** Every command that works, by its name in the query. What is not here is not advertised. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['Sync', sync],
  ['Find', find],
  ['FolderSync', folderSync],
  ['FolderCreate', folderCreate],
  ['FolderDelete', folderDelete],
  ['FolderUpdate', folderUpdate],
  ['MeetingResponse', meetingResponse],
  ['MoveItems', moveItems],
  ['GetAttachment', getAttachment],
  ['GetHierarchy', getHierarchy],
  ['GetItemEstimate', getItemEstimate],
  ['ItemOperations', itemOperations],
  ['Ping', ping],
  ['Provision', provision],
  ['ResolveRecipients', resolveRecipients],
  ['Search', search],
  ['SendMail', sendMail],
  ['Settings', settings],
  ['SmartForward', smartForward],
  ['SmartReply', smartReply],
  ['ValidateCert', validateCert],
]);
