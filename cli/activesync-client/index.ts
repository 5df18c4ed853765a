/** A strict Exchange ActiveSync client: the `phone` command and the tests use it. */
export { ActiveSyncClient, type ClientOptions } from './client.ts';
export { type EasFolder, type FolderChanges, folderSync } from './commands/folder-sync.ts';
export { type Estimate, type EstimateWish, getItemEstimate } from './commands/get-item-estimate.ts';
export {
  type FetchedAttachment,
  type FetchedItem,
  fetchAttachment,
  fetchItem,
} from './commands/item-operations.ts';
export { options, type ServerOptions } from './commands/options.ts';
export { type PingReply, type PingRequest, ping } from './commands/ping.ts';
export { type DeviceInformation, provision } from './commands/provision.ts';
export {
  type ClientCommand,
  type CollectionReply,
  type CollectionRequest,
  type CommandOutcome,
  type ServerChange,
  sync,
} from './commands/sync.ts';
export type { Email, EmailAttachment, EmailBody } from './email.ts';
export {
  EasError,
  HttpStatusError,
  ProtocolViolation,
  ProvisioningNeeded,
  SignInRefused,
  StatusError,
  Unreachable,
} from './errors.ts';
export { type FolderDelta, FolderModel, type SyncFolderSettings, syncFolder } from './folder-model.ts';
export type { BodyWish, ItemOptions } from './item-options.ts';
export { type SignedIn, signIn } from './sign-in.ts';
export { CLIENT_VERSIONS, type ClientVersion } from './versions.ts';
