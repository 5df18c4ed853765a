import * as z from 'zod';
import { reindexView } from '../../../shared/admin/accounts.ts';
import * as audits from '../../../shared/admin/audit.ts';
import { pageOf } from '../../../shared/admin/common.ts';
import { doctorView } from '../../../shared/admin/doctor.ts';
import * as keys from '../../../shared/admin/keys.ts';
import * as shapes from '../../../shared/admin/operations.ts';
import * as audit from '../routes/audit.ts';
import * as letters from '../routes/dead-letters.ts';
import { reindexBody } from '../routes/operations.ts';
import * as recovery from '../routes/recovery.ts';
import type { Operations } from './shape.ts';

const { deadLetterView, replayView } = shapes;
const noKeys = { errors: ['conflict'] as const };

export const runningOperations: Operations = {
  'POST /reindex': {
    name: 'reindex',
    summary: 'One step of making the search index of a mailbox again; called with the cursor of the answer.',
    ...{ body: reindexBody, answer: reindexView },
  },
  'POST /reconcile': {
    name: 'reconcile',
    summary: 'A round of the reconciler: finds mail that lies in the bucket and nowhere else.',
    answer: shapes.reconcileView,
  },
  'POST /rebuild': {
    name: 'rebuild',
    summary: 'One step of making the installation again from its bucket.',
    ...{ body: recovery.rebuildBody, answer: shapes.rebuildView },
  },
  'POST /snapshot': {
    name: 'snapshot',
    summary: 'One step of writing mailboxes down in the bucket.',
    ...{ body: recovery.snapshotBody, answer: shapes.snapshotView },
  },
  'POST /check': {
    name: 'check',
    summary: 'One step of checking what must always be true.',
    ...{ body: recovery.checkBody, answer: shapes.checkView },
  },
  'POST /doctor': {
    name: 'examineInstallation',
    summary: 'A look at every binding, secret and setting of the Worker, and how to mend what is wrong.',
    answer: doctorView,
  },
  'GET /mailbox-state': {
    name: 'getMailboxState',
    summary: 'What the owner of a mailbox sees of it, as digests.',
    ...{ query: recovery.stateQuery, answer: shapes.mailboxStateView },
  },
  'GET /dead-letters': {
    name: 'listDeadLetters',
    summary: 'Queue messages that could not be worked off, newest first.',
    ...{ query: letters.listQuery, answer: pageOf(deadLetterView) },
  },
  'GET /dead-letters/counts': {
    name: 'countDeadLetters',
    summary: 'How many there are of each queue.',
    answer: z.object({ items: z.array(shapes.deadLetterCountView) }),
  },
  'GET /dead-letters/:id': {
    name: 'getDeadLetter',
    summary: 'One of them with the queue message.',
    answer: shapes.deadLetterDetail,
  },
  'POST /dead-letters/:id/discard': {
    name: 'discardDeadLetter',
    summary: 'Says that it need not be worked off.',
    answer: deadLetterView,
  },
  'POST /dead-letters/:id/replay': {
    name: 'replayDeadLetter',
    summary: 'Puts it into its queue again.',
    ...{ answer: deadLetterView },
    errors: ['conflict'],
  },
  'POST /dead-letters/replay': {
    name: 'replayDeadLetters',
    summary: 'One step of putting all that wait into their queues again.',
    ...{ body: letters.replayBody, answer: replayView },
  },

  'GET /tenants/:tenantId/keys': {
    name: 'listTenantKeys',
    summary: 'Keys that secrets of a tenant are sealed under; never the keys themselves.',
    ...{ answer: keys.tenantKeysView, ...noKeys },
  },
  'POST /tenants/:tenantId/keys': {
    name: 'rotateTenantKey',
    summary: 'Makes a new key, under which everything is sealed from now on.',
    ...{ answer: keys.tenantKeysView, ...noKeys },
    status: [201],
  },
  'POST /tenants/:tenantId/keys/reseal': {
    name: 'resealSecrets',
    summary: 'One step of sealing anew what lies under older keys.',
    ...{ body: keys.resealRequest, answer: keys.resealView, ...noKeys },
  },
  'POST /keys/reseal': {
    name: 'resealInstallation',
    summary: "Seals what lies under the installation's secret anew, under that of today.",
    ...{ answer: keys.resealView, ...noKeys },
  },
  'POST /tenants/:tenantId/keys/rewrap': {
    name: 'rewrapTenantKeys',
    summary: "Wraps keys of a tenant with the installation's secret of today.",
    ...{ answer: keys.rewrapView, ...noKeys },
  },

  'GET /audit': {
    name: 'listAudit',
    summary: 'What was done, newest first.',
    ...{ query: audit.listQuery, answer: pageOf(audits.auditView) },
  },
  'POST /audit/verify': {
    name: 'verifyAudit',
    summary: 'One step of checking the audit log for changed, missing or reordered rows.',
    ...{ body: audit.verifyBody, answer: audits.auditVerifyView },
  },
  'GET /audit/export': {
    name: 'exportAudit',
    summary: 'Rows of the audit log chain by chain, as lines of JSON.',
    query: audit.exportQuery,
    answer: {
      mediaType: 'application/x-ndjson',
      what: 'An AuditView a line; the last line is an AuditExportEnd. Without it the export broke off.',
    },
  },
  'GET /tenants/:tenantId/audit': {
    name: 'getAuditKeeping',
    summary: "How long a tenant's audit events are kept.",
    answer: audits.auditKeepingView,
  },
  'PUT /tenants/:tenantId/audit': {
    name: 'setAuditKeeping',
    summary: 'Says how long.',
    ...{ body: audit.keepingBody, answer: audits.auditKeepingView },
  },
};
