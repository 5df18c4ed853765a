import type * as z from 'zod';
import type { ByteAnswer } from './common.ts';
import * as devices from './devices.ts';
import * as emails from './emails.ts';
import * as folders from './folders.ts';
import * as objects from './objects.ts';
import * as queue from './queue.ts';
import * as users from './users.ts';

/** Under which the operations are found over HTTP. */
export const DATA_BASE_PATH = '/internal';
/** Who calls proves it by this header. */
export const DATA_AUTH_HEADER = 'x-internal-auth';
/** Content type of a body that is a message itself. */
export const RAW_TYPE = 'message/rfc822';

/**
 * An operation, the same over HTTP, over a service binding and in the client. Members of `input` that the path names
 * stand there; `ifMatch` and `range` are headers; the others stand in the query, or in the JSON body where there is one.
 * `tenant` and `user` stand in the query in either case. With a `raw` member the body is that, and all others the query.
 */
export interface OperationShape {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  summary: string;
  input: z.ZodObject;
  /** bytes: a body of bytes, whole or in part. null: nothing. */
  output: z.ZodType | 'bytes' | null;
  /** The answer has a version, which is its ETag. */
  versioned?: true;
  created?: true;
}

const get = { method: 'GET' } as const;
const post = { method: 'POST' } as const;

/** Version 1 of the data service. Names are the methods of the service binding and of the client. */
export const OPERATIONS = {
  login: {
    ...post,
    path: '/auth/login',
    summary: 'Checks an address and a password or app password.',
    ...{ input: users.loginInput, output: users.signedIn },
  },
  getUser: {
    ...get,
    path: '/users/{id}',
    summary: 'A user of a tenant.',
    ...{ input: users.getUserInput, output: users.userWithAliases },
  },
  lookupUser: {
    ...get,
    path: '/users:lookup',
    summary: 'The user behind an address or alias.',
    ...{ input: users.lookupInput, output: users.signedIn },
  },
  listFolders: {
    ...get,
    path: '/folders',
    summary: 'All folders of a mailbox with what they hold.',
    ...{ input: folders.listFoldersInput, output: folders.folders },
  },
  listEmails: {
    ...get,
    path: '/emails',
    summary: 'Messages of a folder, newest first.',
    ...{ input: emails.listEmailsInput, output: emails.emailPage },
  },
  listEmailChanges: {
    ...get,
    path: '/emails:changes',
    summary: 'What changed in a folder since it was last looked at.',
    ...{ input: emails.emailChangesInput, output: emails.emailChanges },
  },
  getEmail: {
    ...get,
    path: '/emails/{id}',
    summary: 'A message, with its texts when they are wanted.',
    ...{ input: emails.getEmailInput, output: emails.emailWithBodies, versioned: true },
  },
  getEmailRaw: {
    ...get,
    path: '/emails/{id}/raw',
    summary: 'The very bytes of a message.',
    ...{ input: emails.emailBytesInput, output: 'bytes' },
  },
  listAttachments: {
    ...get,
    path: '/emails/{id}/attachments',
    summary: 'The files of a message.',
    ...{ input: emails.attachmentsInput, output: emails.attachments },
  },
  getAttachment: {
    ...get,
    path: '/emails/{id}/attachments/{no}/content',
    summary: 'The bytes of a file of a message, decoded.',
    ...{ input: emails.attachmentBytesInput, output: 'bytes' },
  },
  createEmail: {
    ...post,
    path: '/emails',
    summary: 'Writes a message: a draft, or one that is sent.',
    ...{ input: emails.createEmailInput, output: emails.createdEmail, created: true },
  },
  importEmail: {
    ...post,
    path: '/emails:import',
    summary: 'Puts a message that was received or sent elsewhere into a folder.',
    ...{ input: emails.importEmailInput, output: emails.importedEmail, created: true },
  },
  submitDraft: {
    ...post,
    path: '/emails/{id}/submit',
    summary: 'Sends a draft as it is, once for each of its versions.',
    ...{ input: emails.submitDraftInput, output: emails.createdEmail },
  },
  patchEmail: {
    method: 'PATCH',
    path: '/emails/{id}',
    summary: 'Marks or moves a message.',
    ...{ input: emails.patchEmailInput, output: emails.patchedEmail, versioned: true },
  },
  patchEmails: {
    method: 'PATCH',
    path: '/emails',
    summary: 'Marks, moves or deletes messages together.',
    ...{ input: emails.patchEmailsInput, output: emails.patchedEmails },
  },
  deleteEmail: {
    method: 'DELETE',
    path: '/emails/{id}',
    summary: 'Deletes a message.',
    ...{ input: emails.deleteInput, output: null },
  },
  listEvents: {
    ...get,
    path: '/calendar',
    summary: 'Events between two times, or all of a calendar.',
    ...{ input: objects.listEventsInput, output: objects.calendarPage },
  },
  getEvent: {
    ...get,
    path: '/calendar/{id}',
    summary: 'An event as JSCalendar (RFC 8984).',
    ...{ input: objects.getObjectInput, output: objects.calendarItem, versioned: true },
  },
  createEvent: {
    ...post,
    path: '/calendar',
    summary: 'Makes an event.',
    ...{
      input: objects.createEventInput,
      output: objects.calendarItem,
      versioned: true,
      created: true,
    },
  },
  changeEvent: {
    method: 'PATCH',
    path: '/calendar/{id}',
    summary: 'Changes an event by a merge patch (RFC 7396).',
    ...{ input: objects.changeEventInput, output: objects.calendarItem, versioned: true },
  },
  deleteEvent: {
    method: 'DELETE',
    path: '/calendar/{id}',
    summary: 'Deletes an event.',
    ...{ input: objects.deleteEventInput, output: null },
  },
  listContacts: {
    ...get,
    path: '/contacts',
    summary: 'Contacts of a folder.',
    ...{ input: objects.listContactsInput, output: objects.contactPage },
  },
  getContact: {
    ...get,
    path: '/contacts/{id}',
    summary: 'A contact as JSContact (RFC 9553).',
    ...{ input: objects.getObjectInput, output: objects.contactItem, versioned: true },
  },
  createContact: {
    ...post,
    path: '/contacts',
    summary: 'Makes a contact.',
    ...{
      input: objects.createContactInput,
      output: objects.contactItem,
      versioned: true,
      created: true,
    },
  },
  changeContact: {
    method: 'PATCH',
    path: '/contacts/{id}',
    summary: 'Changes a contact by a merge patch (RFC 7396).',
    ...{ input: objects.changeContactInput, output: objects.contactItem, versioned: true },
  },
  deleteContact: {
    method: 'DELETE',
    path: '/contacts/{id}',
    summary: 'Deletes a contact.',
    ...{ input: objects.deleteContactInput, output: null },
  },
  enqueue: {
    ...post,
    path: '/queue',
    summary: 'Sends a whole message in the name of a user.',
    ...{ input: emails.enqueueInput, output: emails.createdEmail, created: true },
  },
  dequeue: {
    ...post,
    path: '/queue/dequeue',
    summary: 'Takes messages for other hosts for a time, in which nobody else gets them.',
    ...{ input: queue.dequeueInput, output: queue.dequeued },
  },
  getQueueContent: {
    ...get,
    path: '/queue/{submission}/content',
    summary: 'The exact bytes of a message that was taken: signed, without Bcc.',
    ...{ input: queue.queueContentInput, output: 'bytes' },
  },
  extendLease: {
    ...post,
    path: '/queue/{submission}/extend',
    summary: 'Keeps a message that was taken for longer.',
    ...{ input: queue.extendInput, output: queue.extended },
  },
  ack: {
    ...post,
    path: '/queue/{submission}/ack',
    summary: 'Says what became of recipients of a message that was taken.',
    ...{ input: queue.ackInput, output: queue.acked },
  },
  listDeviceStates: {
    ...get,
    path: '/activesync/state',
    summary: 'Devices of a user and how far they have come.',
    ...{ input: devices.deviceStatesInput, output: devices.deviceStates },
  },
  resetDevice: {
    ...post,
    path: '/activesync/state/{device}/reset',
    summary: 'Forgets what a device was told: it synchronizes everything anew.',
    ...{ input: devices.resetDeviceInput, output: devices.resetDevice },
  },
} as const satisfies Record<string, OperationShape>;

export type OperationName = keyof typeof OPERATIONS;
/** What an operation takes, with defaults left out. */
export type OperationInput<N extends OperationName> = z.input<(typeof OPERATIONS)[N]['input']>;
/** The same as the service reads it. */
export type ReadInput<N extends OperationName> = z.output<(typeof OPERATIONS)[N]['input']>;
export type OperationOutput<N extends OperationName> = (typeof OPERATIONS)[N]['output'] extends infer O
  ? O extends z.ZodType
    ? z.output<O>
    : O extends 'bytes'
      ? ByteAnswer
      : null
  : never;

/** The data service as a service binding and the client have it. Errors are DataError, or have its `code`. */
export type DataMethods = {
  [N in OperationName]: (input: OperationInput<N>) => Promise<OperationOutput<N>>;
};

type Place = 'path' | 'query' | 'header' | 'body' | 'raw';

/** Where each member of an operation's input stands in a request. */
export function placesOf({ method, path, input }: OperationShape): Map<string, Place> {
  const names = Object.keys(input.shape);
  const rest: Place = (method === 'POST' || method === 'PATCH') && !names.includes('raw') ? 'body' : 'query';
  return new Map(names.map((name) => [name, placeOf(name, path, rest)]));
}

function placeOf(name: string, path: string, rest: Place): Place {
  if (path.includes(`{${name}}`)) return 'path';
  if (name === 'ifMatch' || name === 'range') return 'header';
  if (name === 'raw') return 'raw';
  return name === 'tenant' || name === 'user' ? 'query' : rest;
}
