import { routeView } from '../../../shared/admin/accounts.ts';
import * as shapes from '../../../shared/admin/arriving.ts';
import { pageOf } from '../../../shared/admin/common.ts';
import * as quarantine from '../../../shared/admin/quarantine.ts';
import * as traces from '../../../shared/admin/trace.ts';
import { routeQuery } from '../routes/operations.ts';
import { quarantineBody, quarantineQuery } from '../routes/quarantine.ts';
import { forwardingBody, rulesBody, runBody } from '../routes/rules.ts';
import { traceKeepingBody, traceQuery } from '../routes/trace.ts';
import { listsBody, spamBody } from '../routes/trust.ts';
import type { Operations } from './shape.ts';

const { senderListsView, spamView, ruleSetView, forwardingView } = shapes;
const changeSenders = { body: listsBody, answer: senderListsView };

export const mailOperations: Operations = {
  'GET /tenants/:tenantId/quarantine': {
    name: 'listQuarantine',
    summary: 'Mail of a tenant that is kept out of mailboxes, newest first.',
    ...{ query: quarantineQuery, answer: pageOf(quarantine.heldMessageView) },
  },
  'GET /users/:address/quarantine': {
    name: 'listUserQuarantine',
    summary: "Mail that is kept out of a user's mailbox.",
    ...{ query: quarantineQuery, answer: pageOf(quarantine.heldMessageView) },
  },
  'GET /users/:address/quarantine/:itemId': {
    name: 'getHeldMessage',
    summary: 'The header and the verdict of a message in quarantine.',
    answer: quarantine.heldMessageView,
  },
  'GET /users/:address/quarantine/:itemId/raw': {
    name: 'readHeldMessage',
    summary: 'The message itself, which the audit log tells of.',
    answer: { mediaType: 'message/rfc822', what: 'The message as it came.' },
  },
  'POST /users/:address/quarantine/:itemId/release': {
    name: 'releaseHeldMessage',
    summary: 'Lets a message into the inbox. Again it changes nothing.',
    answer: quarantine.heldMessageView,
    errors: ['conflict'],
  },
  'DELETE /users/:address/quarantine/:itemId': {
    name: 'deleteHeldMessage',
    summary: 'Deletes a message in quarantine. Again it changes nothing.',
    answer: quarantine.heldMessageView,
    errors: ['conflict'],
  },
  'GET /tenants/:tenantId/quarantine-settings': {
    name: 'getQuarantineSettings',
    summary: 'What a tenant wants kept out of mailboxes.',
    answer: quarantine.quarantineView,
  },
  'PATCH /tenants/:tenantId/quarantine-settings': {
    name: 'changeQuarantineSettings',
    summary: 'Changes what the body names of it.',
    ...{ body: quarantineBody, answer: quarantine.quarantineView },
  },
  'GET /tenants/:tenantId/trace': {
    name: 'listTrace',
    summary: 'Messages that came in or left, newest first, one item for each recipient.',
    ...{ query: traceQuery, answer: pageOf(traces.traceView) },
  },
  'GET /tenants/:tenantId/trace/:id': {
    name: 'getTrace',
    summary: 'Each step of the way of a message.',
    answer: traces.traceDetailView,
  },
  'GET /tenants/:tenantId/trace-keeping': {
    name: 'getTraceKeeping',
    summary: 'How long the trace of a tenant is kept.',
    answer: traces.traceKeepingView,
  },
  'PUT /tenants/:tenantId/trace-keeping': {
    name: 'setTraceKeeping',
    summary: 'Says how long the trace of a tenant is kept; null: as the installation says.',
    ...{ body: traceKeepingBody, answer: traces.traceKeepingView },
  },
  'GET /users/:address/messages/:itemId/verdict': {
    name: 'getVerdict',
    summary: 'Where a message came from, how sure that is, and why it is where it is.',
    answer: shapes.messageVerdictView,
  },
  'GET /users/:address/messages/:itemId/delivery': {
    name: 'listDeliveryReports',
    summary: 'What was told of the recipients of a sent message.',
    answer: pageOf(shapes.deliveryReportView),
  },
  'GET /route': {
    name: 'findRoute',
    summary: 'Where mail for an address goes, or why it goes nowhere.',
    ...{ query: routeQuery, answer: routeView },
  },
  'GET /tenants/:tenantId/senders': {
    name: 'getTenantSenders',
    summary: "Senders that are allowed or blocked for all of a tenant's users.",
    answer: senderListsView,
  },
  'PATCH /tenants/:tenantId/senders': {
    name: 'changeTenantSenders',
    summary: 'First what is removed from both lists goes, then entries come to one and leave the other.',
    ...changeSenders,
  },
  'GET /users/:address/senders': {
    name: 'getUserSenders',
    summary: 'Senders that a user allows or blocks.',
    answer: senderListsView,
  },
  'PATCH /users/:address/senders': {
    name: 'changeUserSenders',
    summary: 'First what is removed from both lists goes, then entries come to one and leave the other.',
    ...changeSenders,
  },
  'GET /tenants/:tenantId/spam': {
    name: 'getSpam',
    summary: 'Settings of the spam filter.',
    answer: spamView,
  },
  'PATCH /tenants/:tenantId/spam': {
    name: 'changeSpam',
    summary: 'Changes what the body names of them.',
    ...{ body: spamBody, answer: spamView },
  },

  'GET /users/:address/rules': {
    name: 'getRules',
    summary: 'Inbox rules of a user.',
    answer: ruleSetView,
  },
  'PUT /users/:address/rules': {
    name: 'setRules',
    summary: 'Replaces all rules; their order is their priority. Those without `ruleId` get one.',
    ...{ body: rulesBody, answer: ruleSetView },
    errors: ['conflict'],
  },
  'POST /users/:address/rules/run': {
    name: 'runRules',
    summary: 'One step of running rules over mail that is there; called again with the cursor of the answer.',
    ...{ body: runBody, answer: shapes.ruleRunView },
  },
  'GET /tenants/:tenantId/forwarding': {
    name: 'getForwarding',
    summary: "Where rules may forward and redirect a tenant's mail to.",
    answer: forwardingView,
  },
  'PUT /tenants/:tenantId/forwarding': {
    name: 'setForwarding',
    summary: 'Says where they may.',
    ...{ body: forwardingBody, answer: forwardingView },
  },
};
