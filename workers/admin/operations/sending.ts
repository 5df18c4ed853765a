import { pageOf } from '../../../shared/admin/common.ts';
import * as shapes from '../../../shared/admin/sending.ts';
import { carrierBody, linksBody } from '../routes/carriers.ts';
import { listQuery as linksQuery } from '../routes/links.ts';
import { listQuery as outboxQuery } from '../routes/outbox.ts';
import { grantBody, tenantBody, userBody } from '../routes/sending.ts';
import { type Operations, paged } from './shape.ts';

const { carrierView, outboxEntryView, tenantSendingView, userSendingView, sendGrantView } = shapes;
const outboxPage = { query: outboxQuery, answer: pageOf(outboxEntryView) };

export const sendingOperations: Operations = {
  'GET /tenants/:tenantId/outbox': {
    name: 'listTenantOutbox',
    summary: 'Messages of a tenant on their way out, newest first.',
    ...outboxPage,
  },
  'GET /users/:address/outbox': {
    name: 'listUserOutbox',
    summary: 'Messages that a user sent, or that a group passed on.',
    ...outboxPage,
  },
  'GET /users/:address/outbox/:id': {
    name: 'getOutboxEntry',
    summary: 'Where a message is, how often it was tried, and what was said.',
    answer: outboxEntryView,
  },
  'POST /users/:address/outbox/:id/cancel': {
    name: 'cancelSending',
    summary: 'Takes a message back, or ends attempts for those who have not got it.',
    ...{ answer: shapes.outboxCancelView },
    errors: ['conflict'],
  },
  'POST /users/:address/outbox/:id/retry': {
    name: 'retrySending',
    summary: 'Tries again at once.',
    ...{ answer: outboxEntryView },
    errors: ['conflict'],
  },
  'GET /tenants/:tenantId/sending': {
    name: 'getTenantSending',
    summary: 'How much users of a tenant may send.',
    answer: tenantSendingView,
  },
  'PUT /tenants/:tenantId/sending': {
    name: 'setTenantSending',
    summary: 'Changes what the body names of it.',
    ...{ body: tenantBody, answer: tenantSendingView },
  },
  'GET /users/:address/sending': {
    name: 'getUserSending',
    summary: 'What a user sent lately, and whether sending is locked.',
    answer: userSendingView,
  },
  'PUT /users/:address/sending': {
    name: 'setUserSending',
    summary: 'How long what a user sends can be taken back.',
    ...{ body: userBody, answer: userSendingView },
  },
  'POST /users/:address/unlock-sending': {
    name: 'unlockSending',
    summary: 'Lets a user send again who was locked.',
    answer: userSendingView,
  },
  'GET /users/:address/send-grants': {
    name: 'listSendGrants',
    summary: 'Who may send in the name of a user.',
    ...paged(sendGrantView),
  },
  'PUT /users/:address/send-grants/:grantee': {
    name: 'grantSend',
    summary: 'Lets somebody of the tenant send as a user, or on behalf of them.',
    ...{ body: grantBody, answer: pageOf(sendGrantView) },
    errors: ['conflict'],
  },
  'DELETE /users/:address/send-grants/:grantee': {
    name: 'revokeSend',
    summary: 'Takes that back.',
    ...{ answer: pageOf(sendGrantView) },
    errors: ['conflict'],
  },
  'GET /tenants/:tenantId/carrier': {
    name: 'getCarrier',
    summary: "The way of a tenant's mail to other hosts.",
    answer: carrierView,
  },
  'PUT /tenants/:tenantId/carrier': {
    name: 'setCarrier',
    summary: "Chooses a way. A relay's secret that is left out stays, for the same host and user.",
    ...{ body: carrierBody, answer: carrierView },
    errors: ['conflict'],
  },
  'DELETE /tenants/:tenantId/carrier': {
    name: 'clearCarrier',
    summary: "Goes back to the installation's way.",
    answer: null,
  },
  'POST /tenants/:tenantId/carrier/test': {
    name: 'testCarrier',
    summary: 'Connects to the relay and signs in; sends nothing.',
    ...{ answer: shapes.carrierTestView },
    errors: ['conflict'],
  },
  'GET /tenants/:tenantId/links': {
    name: 'listLinks',
    summary: 'Attachments of a tenant that became links, newest first.',
    ...{ query: linksQuery, answer: pageOf(shapes.linkView) },
  },
  'DELETE /tenants/:tenantId/links/:linkId': {
    name: 'revokeLink',
    summary: 'Ends a link before its time.',
    answer: null,
  },
  'PUT /tenants/:tenantId/attachment-links': {
    name: 'setAttachmentLinks',
    summary: 'Whether attachments that are too large for the way become links.',
    ...{ body: linksBody, answer: carrierView },
    errors: ['conflict'],
  },
};
