import { pageOf } from '../../../shared/admin/common.ts';
import * as shapes from '../../../shared/admin/people.ts';
import { hoursBody, shareBody, unshareQuery } from '../routes/calendars.ts';
import { contactBody, listQuery as contactsQuery } from '../routes/contacts.ts';
import { attributesBody } from '../routes/entries.ts';
import { certificateBody } from '../routes/people.ts';
import { body as resourceBody } from '../routes/resources.ts';
import { type Operations, paged } from './shape.ts';

const { personView, sharedContactView, certificateView, calendarShareView } = shapes;
const photo = { mediaType: 'image/*', what: 'A JPEG or PNG image.' };
const certificate = {
  ...{ body: certificateBody, answer: certificateView, status: [201] as const },
};

export const peopleOperations: Operations = {
  'GET /users/:address/attributes': {
    name: 'getAttributes',
    summary: 'What the address list tells of a user.',
    answer: personView,
  },
  'PUT /users/:address/attributes': {
    name: 'setAttributes',
    summary: 'Changes what the body names of it.',
    ...{ body: attributesBody, answer: personView },
  },
  'GET /users/:address/photo': {
    name: 'getPhoto',
    summary: 'The picture of a user.',
    answer: photo,
  },
  'PUT /users/:address/photo': {
    name: 'setPhoto',
    summary: 'Gives a user a picture.',
    ...{ body: photo, answer: personView },
  },
  'DELETE /users/:address/photo': {
    name: 'deletePhoto',
    summary: 'Takes the picture of a user away.',
    answer: null,
  },
  'GET /users/:address/certificates': {
    name: 'listCertificates',
    summary: 'S/MIME certificates of a user.',
    ...paged(certificateView),
  },
  'POST /users/:address/certificates': {
    name: 'addCertificate',
    summary: 'Publishes a certificate of a user.',
    ...certificate,
  },
  'DELETE /users/:address/certificates/:fingerprint': {
    name: 'removeCertificate',
    summary: 'Publishes it no more.',
    answer: null,
  },
  'GET /tenants/:tenantId/trusted-roots': {
    name: 'listTrustedRoots',
    summary: 'Certification authorities that a tenant trusts.',
    ...paged(certificateView),
  },
  'POST /tenants/:tenantId/trusted-roots': {
    name: 'addTrustedRoot',
    summary: 'Has a tenant trust an authority.',
    ...certificate,
  },
  'DELETE /tenants/:tenantId/trusted-roots/:fingerprint': {
    name: 'removeTrustedRoot',
    summary: 'Has it trust the authority no more.',
    answer: null,
  },
  'GET /tenants/:tenantId/contacts': {
    name: 'listContacts',
    summary: 'People outside of a tenant whom its address list has.',
    ...{ query: contactsQuery, answer: pageOf(sharedContactView) },
  },
  'PUT /tenants/:tenantId/contacts/:address': {
    name: 'setContact',
    summary: 'Makes or changes one of them: what is left out stays.',
    ...{ body: contactBody, answer: sharedContactView },
    status: [200, 201],
    errors: ['conflict'],
  },
  'DELETE /tenants/:tenantId/contacts/:address': {
    name: 'deleteContact',
    summary: 'Takes one off the list.',
    answer: null,
  },
  'PUT /tenants/:tenantId/contacts/:address/photo': {
    name: 'setContactPhoto',
    summary: 'Gives one a picture.',
    ...{ body: photo, answer: sharedContactView },
  },
  'DELETE /tenants/:tenantId/contacts/:address/photo': {
    name: 'deleteContactPhoto',
    summary: 'Takes the picture away.',
    answer: null,
  },

  'GET /users/:address/calendar-shares': {
    name: 'listCalendarShares',
    summary: 'Who may see or edit calendars of a user.',
    ...paged(calendarShareView),
  },
  'PUT /users/:address/calendar-shares/:grantee': {
    name: 'shareCalendar',
    summary: 'Lets somebody of the tenant, or everybody, see or edit a calendar.',
    ...{ body: shareBody, answer: pageOf(calendarShareView) },
    errors: ['conflict'],
  },
  'DELETE /users/:address/calendar-shares/:grantee': {
    name: 'unshareCalendar',
    summary: 'Takes that back.',
    ...{ query: unshareQuery, answer: pageOf(calendarShareView) },
    errors: ['conflict'],
  },
  'GET /users/:address/working-hours': {
    name: 'getWorkingHours',
    summary: 'When a user is at work.',
    answer: shapes.workingHoursView,
  },
  'PUT /users/:address/working-hours': {
    name: 'setWorkingHours',
    summary: 'Says when a user is at work.',
    ...{ body: hoursBody, answer: shapes.workingHoursView },
  },
  'GET /users/:address/resource': {
    name: 'getResource',
    summary: 'Whether a user is a room or equipment, and how it answers invitations.',
    answer: shapes.resourceView,
  },
  'PUT /users/:address/resource': {
    name: 'setResource',
    summary: 'Changes what the body names of it; of the kind `none` it is an ordinary user.',
    ...{ body: resourceBody, answer: shapes.resourceView },
  },
};
