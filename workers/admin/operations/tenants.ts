import { tenantView } from '../../../shared/admin/accounts.ts';
import { requestLimitView, setRequestLimit } from '../../../shared/admin/limits.ts';
import { moveView, startMove } from '../../../shared/admin/moves.ts';
import { statsStep, statsView } from '../../../shared/admin/stats.ts';
import * as input from '../input.ts';
import { statsQuery, statsStepQuery } from '../routes/stats.ts';
import { type Operations, paged } from './shape.ts';

export const tenantOperations: Operations = {
  'GET /tenants': {
    name: 'listTenants',
    summary: 'The tenants that the caller may see.',
    ...paged(tenantView),
  },
  'POST /tenants': {
    name: 'createTenant',
    summary: 'Makes a tenant without any domain.',
    ...{ body: input.createTenantBody, answer: tenantView },
    status: [201],
  },
  'PUT /tenants/:tenantId/status': {
    name: 'setTenantStatus',
    summary: 'Switches a tenant off, with everything of it, or on again.',
    ...{ body: input.tenantStatusBody, answer: tenantView },
  },
  'GET /tenants/:tenantId/stats': {
    name: 'getTenantStats',
    summary: 'A tenant in numbers.',
    ...{ query: statsQuery, answer: statsView },
  },
  'GET /stats': {
    name: 'getStats',
    summary: 'One step of the installation in numbers; called with the cursor of the answer, and added up.',
    ...{ query: statsStepQuery, answer: statsStep },
  },
  'GET /tenants/:tenantId/request-limit': {
    name: 'getRequestLimit',
    summary: 'How many requests are taken of all of a tenant together.',
    answer: requestLimitView,
  },
  'PUT /tenants/:tenantId/request-limit': {
    name: 'setRequestLimit',
    summary: 'Says how many.',
    ...{ body: setRequestLimit, answer: requestLimitView },
  },

  'GET /moves': {
    name: 'listMoves',
    summary: 'The last move of each tenant from one mail shard to another.',
    ...paged(moveView),
  },
  'GET /tenants/:tenantId/move': {
    name: 'getMove',
    summary: 'How far the move of a tenant has come.',
    answer: moveView,
  },
  'POST /tenants/:tenantId/move': {
    name: 'startMove',
    summary: 'Begins to move a tenant to another mail shard.',
    ...{ body: startMove, answer: moveView },
    status: [201],
    errors: ['conflict'],
  },
  'POST /tenants/:tenantId/move/step': {
    name: 'stepMove',
    summary: 'Goes on with a move for some seconds.',
    answer: moveView,
  },
  'POST /tenants/:tenantId/move/cancel': {
    name: 'cancelMove',
    summary: 'Leaves the tenant where it was; until it is switched over.',
    answer: moveView,
    errors: ['conflict'],
  },
  'POST /tenants/:tenantId/move/finish': {
    name: 'finishMove',
    summary: 'Removes what is kept where the tenant was.',
    answer: moveView,
    errors: ['conflict'],
  },
};
