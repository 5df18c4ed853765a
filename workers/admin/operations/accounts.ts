import * as accounts from '../../../shared/admin/accounts.ts';
import { pageOf } from '../../../shared/admin/common.ts';
import { groupView } from '../../../shared/admin/people.ts';
import * as domains from '../../../shared/admin-domains.ts';
import * as input from '../input.ts';
import { dkimBody, settingsBody } from '../routes/domain-dns.ts';
import { listQuery as domainsQuery } from '../routes/domains.ts';
import * as groups from '../routes/groups.ts';
import { userListQuery } from '../routes/user-list.ts';
import { type Operations, paged } from './shape.ts';

const { domainView, userView, aliasView } = accounts;

export const accountOperations: Operations = {
  'GET /domains': {
    name: 'listDomains',
    summary: 'Domains that the caller may see.',
    ...{ query: domainsQuery, answer: pageOf(domainView) },
  },
  'POST /domains': {
    name: 'createDomain',
    summary: 'Adds a domain: to a tenant, to that of its catch-all address, or to a new one.',
    ...{ body: input.createDomainBody, answer: domainView },
    status: [201],
    errors: ['conflict'],
  },
  'GET /domains/:domain': {
    name: 'getDomain',
    summary: 'A domain.',
    answer: domainView,
  },
  'PUT /domains/:domain/catch-all': {
    name: 'setCatchAll',
    summary: 'Says who gets mail for addresses of the domain that nobody has.',
    ...{ body: input.catchAllBody, answer: domainView },
  },
  'GET /domains/:domain/dns': {
    name: 'checkDns',
    summary: 'Compares the records of a domain with those that it needs.',
    answer: domains.domainDnsView,
  },
  'GET /domains/:domain/settings': {
    name: 'getDomainSettings',
    summary: 'What a domain says to others of its mail.',
    answer: domains.domainSettingsView,
  },
  'PUT /domains/:domain/settings': {
    name: 'setDomainSettings',
    summary: 'Changes what the body names of it.',
    ...{ body: settingsBody, answer: domains.domainSettingsView },
  },
  'GET /domains/:domain/dkim': {
    name: 'listDkimKeys',
    summary: 'Keys that mail of a domain is signed with, and their records.',
    answer: domains.dkimView,
  },
  'POST /domains/:domain/dkim': {
    name: 'requestDkimKeys',
    summary: 'Makes the keys that lack, and lets those sign whose record is there.',
    ...{ body: dkimBody, answer: domains.dkimView },
    status: [200, 201],
    errors: ['conflict'],
  },

  'GET /users': {
    name: 'listUsers',
    summary: 'Users that the caller may see, by their addresses.',
    ...{ query: userListQuery, answer: pageOf(userView) },
  },
  'POST /users': {
    name: 'createUser',
    summary: 'Makes a user with an empty mailbox in the tenant of the address.',
    ...{ body: input.createUserBody, answer: userView },
    status: [201],
    errors: ['conflict'],
  },
  'GET /users/:address': {
    name: 'getUser',
    summary: 'The user behind an address or alias.',
    answer: userView,
  },
  'PUT /users/:address/status': {
    name: 'setUserStatus',
    summary: 'Lets a user in, keeps mail from them (noMail), or keeps them out (disabled).',
    ...{ body: input.userStatusBody, answer: userView },
  },
  'PUT /users/:address/quota': {
    name: 'setUserQuota',
    summary: 'How large the mailbox may get.',
    ...{ body: input.quotaBody, answer: userView },
  },
  'GET /users/:address/stats': {
    name: 'getUserStats',
    summary: 'What the mailbox holds.',
    answer: accounts.userStats,
  },
  'GET /users/:address/aliases': {
    name: 'listAliases',
    summary: 'Further addresses of a user.',
    ...paged(aliasView),
  },
  'POST /aliases': {
    name: 'createAlias',
    summary: 'Gives a user a further address, in a domain of the same tenant.',
    ...{ body: input.createAliasBody, answer: aliasView },
    status: [201],
    errors: ['conflict'],
  },
  'PUT /aliases/:alias/status': {
    name: 'setAliasStatus',
    summary: 'Switches an alias off, or on again.',
    ...{ body: input.aliasStatusBody, answer: aliasView },
  },

  'GET /groups': {
    name: 'listGroups',
    summary: 'Groups that the caller may see.',
    ...{ query: groups.listQuery, answer: pageOf(groupView) },
  },
  'POST /groups': {
    name: 'createGroup',
    summary: 'Makes a group.',
    ...{ body: groups.createBody, answer: groupView },
    status: [201],
    errors: ['conflict'],
  },
  'GET /groups/:address': {
    name: 'getGroup',
    summary: 'A group with its members.',
    answer: groupView,
  },
  'PATCH /groups/:address': {
    name: 'changeGroup',
    summary: 'Changes settings of a group.',
    ...{ body: groups.settingsBody, answer: groupView },
  },
  'PUT /groups/:address/members': {
    name: 'setGroupMembers',
    summary: 'Says who all its members are.',
    ...{ body: groups.membersBody, answer: groupView },
  },
  'DELETE /groups/:address': {
    name: 'deleteGroup',
    summary: 'Deletes a group.',
    answer: null,
  },
};
