import { userView } from '../../../shared/admin/accounts.ts';
import { pageOf } from '../../../shared/admin/common.ts';
import { erasureView } from '../../../shared/admin/erasure.ts';
import { exportedUser, importUsersBody, importUsersView } from '../../../shared/admin/user-import.ts';
import { deleteQuery, eraseBody } from '../routes/erasure.ts';
import { csvQuery, exportQuery } from '../routes/user-table.ts';
import type { Operations } from './shape.ts';

export const erasureOperations: Operations = {
  'POST /tenants/:tenantId/users/import': {
    name: 'importUsers',
    summary: 'Adds and changes users by rows of a table.',
    ...{ query: csvQuery, body: importUsersBody, answer: importUsersView },
    alternative: { mediaType: 'text/csv', what: 'JSON, or the table itself.' },
  },
  'GET /tenants/:tenantId/users/export': {
    name: 'exportUsers',
    summary: 'Users by the columns of such a table, without secrets.',
    ...{ query: exportQuery, answer: pageOf(exportedUser) },
  },
  'DELETE /users/:address': {
    name: 'deleteUser',
    summary: 'Closes a user, who can be restored for some days and is erased then.',
    ...{ query: deleteQuery, answer: erasureView },
    errors: ['conflict'],
  },
  'POST /users/:address/restore': {
    name: 'restoreUser',
    summary: 'Brings a deleted user back.',
    answer: userView,
    errors: ['conflict'],
  },
  'POST /users/:address/erase': {
    name: 'eraseUser',
    summary: 'Erases a user and everything of theirs, for ever.',
    ...{ body: eraseBody, answer: erasureView },
    status: [202],
    errors: ['conflict'],
  },
  'GET /users/:address/erasure': {
    name: 'getErasure',
    summary: 'What becomes, or became, of a deleted user.',
    answer: erasureView,
  },
};
