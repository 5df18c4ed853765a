/** A strict Exchange ActiveSync client: the `phone` command and the tests use it. */
export { ActiveSyncClient } from './client.ts';
export { type EasFolder, folderSync } from './commands/folder-sync.ts';
export { getItemEstimate } from './commands/get-item-estimate.ts';
export { fetchAttachment, fetchItem } from './commands/item-operations.ts';
export { options } from './commands/options.ts';
export { type PingReply, ping } from './commands/ping.ts';
export { type CollectionRequest, sync } from './commands/sync.ts';
export type { Email } from './email.ts';
export {
  EasError,
  HttpStatusError,
  ProtocolViolation,
  ProvisioningNeeded,
  SignInRefused,
  StatusError,
  Unreachable,
} from './errors.ts';
export { type FolderDelta, FolderModel, syncFolder } from './folder-model.ts';
export type { ItemOptions } from './item-options.ts';
export { type SignedIn, signIn } from './sign-in.ts';
export { CLIENT_VERSIONS, type ClientVersion } from './versions.ts';
