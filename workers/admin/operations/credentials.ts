import * as accounts from '../../../shared/admin/accounts.ts';
import { newServiceTokenView, roleView, serviceTokenView } from '../../../shared/admin/administrators.ts';
import { pageOf } from '../../../shared/admin/common.ts';
import * as input from '../input.ts';
import * as administrators from '../routes/administrators.ts';
import { type Operations, paged } from './shape.ts';

export const credentialOperations: Operations = {
  'PUT /users/:address/password': {
    name: 'setPassword',
    summary: "Sets the user's own password.",
    ...{ body: input.passwordBody, answer: null },
  },
  'POST /users/:address/app-passwords': {
    name: 'createAppPassword',
    summary: 'Makes a password for one program or device; it is shown once.',
    ...{ body: input.appPasswordBody, answer: accounts.appPasswordView },
    status: [201],
    errors: ['conflict'],
  },
  'GET /users/:address/app-passwords': {
    name: 'listAppPasswords',
    summary: 'App passwords of a user, without their secrets.',
    ...paged(accounts.appPasswordInfo),
  },
  'DELETE /users/:address/app-passwords': {
    name: 'revokeAppPasswords',
    summary: 'Takes all app passwords of a user back.',
    answer: null,
  },
  'DELETE /users/:address/app-passwords/:credentialId': {
    name: 'revokeAppPassword',
    summary: 'Takes an app password back.',
    answer: null,
  },
  'GET /users/:address/sessions': {
    name: 'listSessions',
    summary: 'Where a user is signed in with a browser.',
    ...paged(accounts.userSessionView),
  },
  'DELETE /users/:address/sessions': {
    name: 'endSessions',
    summary: 'Signs a user out of all browsers.',
    answer: null,
  },
  'DELETE /users/:address/totp': {
    name: 'endCodes',
    summary: 'Takes the second proof off for who has lost the app that makes its codes.',
    answer: null,
  },
  'GET /users/:address/sign-in': {
    name: 'getUserSignIn',
    summary: 'With what a user may sign in.',
    answer: accounts.signInPolicyView,
  },
  'PUT /users/:address/sign-in': {
    name: 'setUserSignIn',
    summary: 'Says with what a user may sign in.',
    ...{ body: input.signInPolicyBody, answer: accounts.signInPolicyView },
  },
  'GET /tenants/:tenantId/sign-in': {
    name: 'getTenantSignIn',
    summary: 'With what users of a tenant may sign in.',
    answer: accounts.signInPolicyView,
  },
  'PUT /tenants/:tenantId/sign-in': {
    name: 'setTenantSignIn',
    summary: 'Says with what users of a tenant may sign in.',
    ...{ body: input.signInPolicyBody, answer: accounts.signInPolicyView },
  },

  'GET /tokens': {
    name: 'listTokens',
    summary: 'Tokens of programs, of a tenant or of the installation, without their secrets.',
    ...{ query: administrators.tokenListQuery, answer: pageOf(serviceTokenView) },
  },
  'POST /tokens': {
    name: 'createToken',
    summary: 'Makes a token for a program; it is shown once.',
    ...{ body: administrators.tokenBody, answer: newServiceTokenView },
    status: [201],
  },
  'DELETE /tokens/:tokenId': {
    name: 'revokeToken',
    summary: 'Takes a token back.',
    ...{ query: administrators.tenantQuery, answer: null },
  },
  'GET /tenants/:tenantId/roles': {
    name: 'listRoles',
    summary: 'Who of a tenant may do more than use their own mailbox.',
    ...paged(roleView),
  },
  'PUT /users/:address/role': {
    name: 'grantRole',
    summary: 'Gives a user a role in one place: it replaces what they had there.',
    ...{ body: administrators.roleBody, answer: roleView },
  },
  'DELETE /users/:address/role': {
    name: 'withdrawRole',
    summary: 'Takes the role in one place back.',
    ...{ query: administrators.areaQuery, answer: null },
  },
};
