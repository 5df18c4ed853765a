import type { Operation } from '../context.ts';
import { addDelegate } from './add-delegate.ts';
import { applyConversationAction } from './apply-conversation-action.ts';
import { archiveItem } from './archive-item.ts';
import { convertId } from './convert-id.ts';
import { copyFolder } from './copy-folder.ts';
import { copyItem } from './copy-item.ts';
import { createAttachment } from './create-attachment.ts';
import { createFolder } from './create-folder.ts';
import { createFolderPath } from './create-folder-path.ts';
import { createItem } from './create-item.ts';
import { createManagedFolder } from './create-managed-folder.ts';
import { createUserConfiguration } from './create-user-configuration.ts';
import { deleteAttachment } from './delete-attachment.ts';
import { deleteFolder } from './delete-folder.ts';
import { deleteItem } from './delete-item.ts';
import { deleteUserConfiguration } from './delete-user-configuration.ts';
import { emptyFolder } from './empty-folder.ts';
import { expandDl } from './expand-dl.ts';
import { exportItems } from './export-items.ts';
import { findConversation } from './find-conversation.ts';
import { findFolder } from './find-folder.ts';
import { findItem } from './find-item.ts';
import { findPeople } from './find-people.ts';
import { getAppManifests } from './get-app-manifests.ts';
import { getAppMarketplaceUrl } from './get-app-marketplace-url.ts';
import { getAttachment } from './get-attachment.ts';
import { getConversationItems } from './get-conversation-items.ts';
import { getDelegate } from './get-delegate.ts';
import { getEvents } from './get-events.ts';
import { getFolder } from './get-folder.ts';
import { getInboxRules } from './get-inbox-rules.ts';
import { getItem } from './get-item.ts';
import { getMailTips } from './get-mail-tips.ts';
import { getPasswordExpirationDate } from './get-password-expiration-date.ts';
import { getPersona } from './get-persona.ts';
import { getReminders } from './get-reminders.ts';
import { getRoomLists, getRooms } from './get-rooms.ts';
import { getSearchableMailboxes } from './get-searchable-mailboxes.ts';
import { getServerTimeZones } from './get-server-time-zones.ts';
import { getServiceConfiguration } from './get-service-configuration.ts';
import { getStreamingEvents } from './get-streaming-events.ts';
import { getUserAvailability } from './get-user-availability.ts';
import { getUserConfiguration } from './get-user-configuration.ts';
import { getUserOofSettings } from './get-user-oof-settings.ts';
import { getUserPhoto } from './get-user-photo.ts';
import { getUserRetentionPolicyTags } from './get-user-retention-policy-tags.ts';
import { markAllItemsAsRead } from './mark-all-items-as-read.ts';
import { markAsJunk } from './mark-as-junk.ts';
import { moveFolder } from './move-folder.ts';
import { moveItem } from './move-item.ts';
import { performReminderAction } from './perform-reminder-action.ts';
import { removeDelegate } from './remove-delegate.ts';
import { resolveNames } from './resolve-names.ts';
import { sendItem } from './send-item.ts';
import { setUserOofSettings } from './set-user-oof-settings.ts';
import { subscribe } from './subscribe.ts';
import { syncFolderHierarchy } from './sync-folder-hierarchy.ts';
import { syncFolderItems } from './sync-folder-items.ts';
import { unsubscribe } from './unsubscribe.ts';
import { updateDelegate } from './update-delegate.ts';
import { updateFolder } from './update-folder.ts';
import { updateInboxRules } from './update-inbox-rules.ts';
import { updateItem } from './update-item.ts';
import { updateUserConfiguration } from './update-user-configuration.ts';
import { uploadItems } from './upload-items.ts';

/** Operations by the name that Exchange gives them; one file each. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['ConvertId', convertId],
  ['ExportItems', exportItems],
  ['GetAttachment', getAttachment],
  ['GetItem', getItem],
  ['GetReminders', getReminders],
  ['GetRoomLists', getRoomLists],
  ['GetRooms', getRooms],
  ['GetServerTimeZones', getServerTimeZones],
  ['GetUserAvailability', getUserAvailability],
  ['FindFolder', findFolder],
  ['GetFolder', getFolder],
  ['CreateUserConfiguration', createUserConfiguration],
  ['DeleteUserConfiguration', deleteUserConfiguration],
  ['GetUserConfiguration', getUserConfiguration],
  ['UpdateUserConfiguration', updateUserConfiguration],
  ['MoveItem', moveItem],
  ['CopyItem', copyItem],
  ['DeleteItem', deleteItem],
  ['ArchiveItem', archiveItem],
  ['MarkAsJunk', markAsJunk],
  ['CreateFolder', createFolder],
  ['CreateFolderPath', createFolderPath],
  ['CreateManagedFolder', createManagedFolder],
  ['UpdateFolder', updateFolder],
  ['MoveFolder', moveFolder],
  ['CopyFolder', copyFolder],
  ['DeleteFolder', deleteFolder],
  ['EmptyFolder', emptyFolder],
  ['MarkAllItemsAsRead', markAllItemsAsRead],
  ['SyncFolderHierarchy', syncFolderHierarchy],
  ['SyncFolderItems', syncFolderItems],
  ['CreateAttachment', createAttachment],
  ['CreateItem', createItem],
  ['DeleteAttachment', deleteAttachment],
  ['PerformReminderAction', performReminderAction],
  ['SendItem', sendItem],
  ['UpdateItem', updateItem],
  ['FindItem', findItem],
  ['Subscribe', subscribe],
  ['Unsubscribe', unsubscribe],
  ['GetEvents', getEvents],
  ['GetStreamingEvents', getStreamingEvents],
  ['ExpandDL', expandDl],
  ['FindPeople', findPeople],
  ['GetAppManifests', getAppManifests],
  ['GetAppMarketplaceUrl', getAppMarketplaceUrl],
  ['GetMailTips', getMailTips],
  ['GetPasswordExpirationDate', getPasswordExpirationDate],
  ['GetPersona', getPersona],
  ['GetSearchableMailboxes', getSearchableMailboxes],
  ['GetServiceConfiguration', getServiceConfiguration],
  ['GetUserOofSettings', getUserOofSettings],
  ['GetUserPhoto', getUserPhoto],
  ['GetUserRetentionPolicyTags', getUserRetentionPolicyTags],
  ['ResolveNames', resolveNames],
  ['SetUserOofSettings', setUserOofSettings],
  ['ApplyConversationAction', applyConversationAction],
  ['FindConversation', findConversation],
  ['GetConversationItems', getConversationItems],
  ['UploadItems', uploadItems],
  ['GetInboxRules', getInboxRules],
  ['UpdateInboxRules', updateInboxRules],
  ['AddDelegate', addDelegate],
  ['GetDelegate', getDelegate],
  ['RemoveDelegate', removeDelegate],
  ['UpdateDelegate', updateDelegate],
]);
