import type { OperationName } from '../../../shared/data/operations.ts';
import type { Handler } from '../context.ts';
import { changeEvent, createEvent, deleteEvent, getEvent, listEvents } from './calendar.ts';
import { deleteEmail, patchEmail, patchEmails } from './change-email.ts';
import { changeContact, createContact, deleteContact, getContact, listContacts } from './contacts.ts';
import { createEmail, enqueue, importEmail, submitDraft } from './create-email.ts';
import { listDeviceStates, resetDevice } from './devices.ts';
import { listFolders } from './folders.ts';
import { getAttachment, getEmail, getEmailRaw, listAttachments } from './get-email.ts';
import { listEmailChanges, listEmails } from './list-emails.ts';
import { ack, dequeue, extendLease, getQueueContent } from './queue.ts';
import { getUser, login, lookupUser } from './users.ts';

export const HANDLERS: { [N in OperationName]: Handler<N> } = {
  ...{ login, getUser, lookupUser, listFolders },
  ...{ listEmails, listEmailChanges, getEmail, getEmailRaw, listAttachments, getAttachment },
  ...{ createEmail, importEmail, submitDraft, patchEmail, patchEmails, deleteEmail },
  ...{ listEvents, getEvent, createEvent, changeEvent, deleteEvent },
  ...{ listContacts, getContact, createContact, changeContact, deleteContact },
  ...{ enqueue, dequeue, getQueueContent, extendLease, ack },
  ...{ listDeviceStates, resetDevice },
};
