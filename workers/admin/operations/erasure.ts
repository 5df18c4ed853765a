import { userView } from '../../../shared/admin/accounts.ts';
import { erasureView } from '../../../shared/admin/erasure.ts';
import { deleteQuery, eraseBody } from '../routes/erasure.ts';
import type { Operations } from './shape.ts';

export const erasureOperations: Operations = {
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
