import * as z from 'zod';
import { count, pageOf } from '../../../shared/admin/common.ts';
import * as shapes from '../../../shared/admin/keeping.ts';
import { listQuery as deletedQuery } from '../routes/deleted.ts';
import * as holds from '../routes/holds.ts';
import { journalingBody } from '../routes/journaling.ts';
import { tenantBody, userBody } from '../routes/quotas.ts';
import { exceptionsBody, retentionBody } from '../routes/retention.ts';
import type { Operations } from './shape.ts';

const { tenantQuotaView, userQuotaView, retentionView, retentionExceptionsView } = shapes;

export const keepingOperations: Operations = {
  'GET /tenants/:tenantId/quota': {
    name: 'getTenantQuota',
    summary: 'How much a tenant and its users may keep, and what the last count gave.',
    answer: tenantQuotaView,
  },
  'PUT /tenants/:tenantId/quota': {
    name: 'setTenantQuota',
    summary: 'Changes what the body names of it.',
    ...{ body: tenantBody, answer: tenantQuotaView },
  },
  'POST /tenants/:tenantId/usage': {
    name: 'countUsage',
    summary: "One step of adding up a tenant's mailboxes; called again until it is done.",
    answer: tenantQuotaView.extend({ done: z.boolean() }),
  },
  'GET /users/:address/limits': {
    name: 'getUserLimits',
    summary: 'How much a user may keep, and does.',
    answer: userQuotaView,
  },
  'PUT /users/:address/limits': {
    name: 'setUserLimits',
    summary: "What is left out stays; null takes a limit off; `default` is the tenant's.",
    ...{ body: userBody, answer: userQuotaView },
  },
  'POST /users/:address/recount': {
    name: 'recountMailbox',
    summary: 'Adds up what a mailbox holds, and puts right what it believes.',
    answer: shapes.recountView,
  },
  'GET /tenants/:tenantId/retention': {
    name: 'getTenantRetention',
    summary: 'How long a tenant keeps mail.',
    answer: retentionView,
  },
  'PUT /tenants/:tenantId/retention': {
    name: 'setTenantRetention',
    summary: 'Changes what the body names of it.',
    ...{ body: retentionBody, answer: retentionView },
  },
  'GET /users/:address/retention': {
    name: 'getUserRetention',
    summary: 'Folders that a user keeps longer.',
    answer: retentionExceptionsView,
  },
  'PUT /users/:address/retention': {
    name: 'setUserRetention',
    summary: 'Says which folders they are.',
    ...{ body: exceptionsBody, answer: retentionExceptionsView },
  },
  'POST /users/:address/retention/run': {
    name: 'runRetention',
    summary: 'Has retention look at a mailbox soon.',
    ...{ answer: z.object({ status: z.literal('queued') }) },
    status: [202],
  },
  'GET /tenants/:tenantId/journaling': {
    name: 'getJournaling',
    summary: "Copies of a tenant's mail for keeping.",
    answer: shapes.journalingView,
  },
  'PUT /tenants/:tenantId/journaling': {
    name: 'setJournaling',
    summary: 'Says of whose mail, and where they go.',
    ...{ body: journalingBody, answer: shapes.journalingView },
  },
  'DELETE /tenants/:tenantId/journaling': {
    name: 'endJournaling',
    summary: 'Makes no more of them.',
    answer: null,
  },
  'GET /tenants/:tenantId/holds': {
    name: 'listHolds',
    summary: 'Legal holds that are in force, or all that ever were.',
    ...{ query: holds.listQuery, answer: pageOf(shapes.holdView) },
  },
  'POST /tenants/:tenantId/holds': {
    name: 'placeHold',
    summary: 'Keeps a mailbox, or those of a whole tenant, from losing anything.',
    ...{ body: holds.placeBody, answer: shapes.holdView },
    status: [201],
  },
  'POST /tenants/:tenantId/holds/:holdId/release': {
    name: 'releaseHold',
    summary: 'Ends a hold.',
    ...{ body: holds.releaseBody, answer: z.object({ status: z.literal('released') }) },
  },
  'GET /users/:address/deleted': {
    name: 'listDeleted',
    summary: 'Messages that were removed for good and can be brought back.',
    ...{ query: deletedQuery, answer: pageOf(shapes.deletedView) },
  },
  'POST /users/:address/deleted/:itemId/restore': {
    name: 'restoreDeleted',
    summary: 'Brings one back.',
    ...{ answer: shapes.restoredView },
    errors: ['conflict'],
  },
  'POST /users/:address/deleted/erase': {
    name: 'eraseDeleted',
    summary: 'One step of erasing them before their time; called again while there is more.',
    ...{ answer: z.object({ purged: count, more: z.boolean() }) },
    errors: ['conflict'],
  },
};
