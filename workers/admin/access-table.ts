import type { Right } from '../../core/identity/roles.ts';

/**
 * By what a route says whose it is: `installation`; a part of the path (`tenant`, `domain`, `address` of a user, `group`,
 * `alias`); members of the JSON body or the query, all of which must be the caller's; `own`: everybody with a role, who is
 * shown what is theirs.
 */
export type Subject =
  | 'installation'
  | 'tenant'
  | 'domain'
  | 'address'
  | 'own'
  | { body: readonly ('address' | 'alias' | 'tenantId')[] }
  | { query: 'address' | 'tenantId' };

/** Parts of the API that a token can be kept to. */
export const TOPICS = [
  'tenants',
  'domains',
  'users',
  'credentials',
  'groups',
  'devices',
  'policies',
  'people',
  'calendars',
  'mail',
  'rules',
  'sending',
  'keeping',
  'transfer',
  'operations',
  'audit',
  'administrators',
] as const;
type Topic = (typeof TOPICS)[number];

export type Access = readonly [topic: Topic, right: Right, subject: Subject];

const TENANT_ID = { query: 'tenantId' } as const;
const ADDRESS = { body: ['address'] } as const;

/** Who may use a route: nobody, when it is not here. */
export const ACCESS: Readonly<Record<string, Access>> = {
  'GET /tenants': ['tenants', 'read', 'own'],
  'POST /tenants': ['tenants', 'write', 'installation'],
  'PUT /tenants/:tenantId/status': ['tenants', 'write', 'installation'],

  'GET /domains': ['domains', 'read', TENANT_ID],
  'POST /domains': ['domains', 'write', { body: ['tenantId'] }],
  'GET /domains/:domain': ['domains', 'read', 'domain'],
  'PUT /domains/:domain/catch-all': ['domains', 'write', 'domain'],
  'GET /domains/:domain/dns': ['domains', 'read', 'domain'],
  'GET /domains/:domain/settings': ['domains', 'read', 'domain'],
  'PUT /domains/:domain/settings': ['domains', 'write', 'domain'],
  'GET /domains/:domain/dkim': ['domains', 'read', 'domain'],
  'POST /domains/:domain/dkim': ['domains', 'write', 'domain'],

  'GET /users': ['users', 'read', TENANT_ID],
  'POST /users': ['users', 'write', ADDRESS],
  'GET /users/:address': ['users', 'read', 'address'],
  'PUT /users/:address/status': ['users', 'write', 'address'],
  'PUT /users/:address/quota': ['users', 'write', 'address'],
  'GET /users/:address/stats': ['users', 'read', 'address'],
  'GET /users/:address/aliases': ['users', 'read', 'address'],
  'POST /aliases': ['users', 'write', { body: ['address', 'alias'] }],
  'PUT /aliases/:alias/status': ['users', 'write', 'address'],
  'PUT /users/:address/password': ['credentials', 'write', 'address'],
  'POST /users/:address/app-passwords': ['credentials', 'write', 'address'],
  'GET /users/:address/app-passwords': ['credentials', 'read', 'address'],
  'DELETE /users/:address/app-passwords': ['credentials', 'write', 'address'],
  'DELETE /users/:address/app-passwords/:credentialId': ['credentials', 'write', 'address'],
  'GET /users/:address/sessions': ['credentials', 'read', 'address'],
  'DELETE /users/:address/sessions': ['credentials', 'write', 'address'],
  'DELETE /users/:address/totp': ['credentials', 'write', 'address'],
  'GET /users/:address/sign-in': ['credentials', 'read', 'address'],
  'PUT /users/:address/sign-in': ['credentials', 'write', 'address'],
  'GET /tenants/:tenantId/sign-in': ['credentials', 'read', 'tenant'],
  'PUT /tenants/:tenantId/sign-in': ['credentials', 'write', 'tenant'],

  'GET /groups': ['groups', 'read', TENANT_ID],
  'POST /groups': ['groups', 'write', ADDRESS],
  'GET /groups/:address': ['groups', 'read', 'address'],
  'PATCH /groups/:address': ['groups', 'write', 'address'],
  'PUT /groups/:address/members': ['groups', 'write', 'address'],
  'DELETE /groups/:address': ['groups', 'write', 'address'],

  'GET /users/:address/devices': ['devices', 'read', 'address'],
  'PUT /users/:address/devices/:deviceId/access': ['devices', 'help', 'address'],
  'PUT /users/:address/devices/:deviceId/wipe': ['devices', 'write', 'address'],
  'DELETE /users/:address/devices/:deviceId': ['devices', 'help', 'address'],
  'GET /users/:address/activesync': ['devices', 'read', 'address'],
  'PUT /users/:address/activesync': ['devices', 'write', 'address'],
  'GET /tenants/:tenantId/device-settings': ['devices', 'read', 'tenant'],
  'PUT /tenants/:tenantId/device-settings': ['devices', 'write', 'tenant'],

  'GET /tenants/:tenantId/policy': ['policies', 'read', 'tenant'],
  'PUT /tenants/:tenantId/policy': ['policies', 'write', 'tenant'],
  'DELETE /tenants/:tenantId/policy': ['policies', 'write', 'tenant'],
  'GET /users/:address/policy': ['policies', 'read', 'address'],
  'PUT /users/:address/policy': ['policies', 'write', 'address'],
  'DELETE /users/:address/policy': ['policies', 'write', 'address'],

  'GET /users/:address/attributes': ['people', 'read', 'address'],
  'PUT /users/:address/attributes': ['people', 'write', 'address'],
  'GET /users/:address/photo': ['people', 'read', 'address'],
  'PUT /users/:address/photo': ['people', 'write', 'address'],
  'DELETE /users/:address/photo': ['people', 'write', 'address'],
  'GET /users/:address/certificates': ['people', 'read', 'address'],
  'POST /users/:address/certificates': ['people', 'write', 'address'],
  'DELETE /users/:address/certificates/:fingerprint': ['people', 'write', 'address'],
  'GET /tenants/:tenantId/trusted-roots': ['people', 'read', 'tenant'],
  'POST /tenants/:tenantId/trusted-roots': ['people', 'write', 'tenant'],
  'DELETE /tenants/:tenantId/trusted-roots/:fingerprint': ['people', 'write', 'tenant'],
  'GET /tenants/:tenantId/contacts': ['people', 'read', 'tenant'],
  'PUT /tenants/:tenantId/contacts/:address': ['people', 'write', 'tenant'],
  'DELETE /tenants/:tenantId/contacts/:address': ['people', 'write', 'tenant'],
  'PUT /tenants/:tenantId/contacts/:address/photo': ['people', 'write', 'tenant'],
  'DELETE /tenants/:tenantId/contacts/:address/photo': ['people', 'write', 'tenant'],

  'GET /users/:address/calendar-shares': ['calendars', 'read', 'address'],
  'PUT /users/:address/calendar-shares/:grantee': ['calendars', 'write', 'address'],
  'DELETE /users/:address/calendar-shares/:grantee': ['calendars', 'write', 'address'],
  'GET /users/:address/working-hours': ['calendars', 'read', 'address'],
  'PUT /users/:address/working-hours': ['calendars', 'help', 'address'],
  'GET /users/:address/resource': ['calendars', 'read', 'address'],
  'PUT /users/:address/resource': ['calendars', 'write', 'address'],

  'GET /users/:address/messages/:itemId/verdict': ['mail', 'read', 'address'],
  'GET /users/:address/messages/:itemId/delivery': ['mail', 'read', 'address'],
  'GET /route': ['mail', 'read', { query: 'address' }],
  'GET /tenants/:tenantId/senders': ['mail', 'read', 'tenant'],
  'PATCH /tenants/:tenantId/senders': ['mail', 'write', 'tenant'],
  'GET /users/:address/senders': ['mail', 'read', 'address'],
  'PATCH /users/:address/senders': ['mail', 'help', 'address'],
  'GET /tenants/:tenantId/spam': ['mail', 'read', 'tenant'],
  'PATCH /tenants/:tenantId/spam': ['mail', 'write', 'tenant'],

  'GET /users/:address/rules': ['rules', 'read', 'address'],
  'PUT /users/:address/rules': ['rules', 'write', 'address'],
  'POST /users/:address/rules/run': ['rules', 'write', 'address'],
  'GET /tenants/:tenantId/forwarding': ['rules', 'read', 'tenant'],
  'PUT /tenants/:tenantId/forwarding': ['rules', 'write', 'tenant'],

  'GET /tenants/:tenantId/outbox': ['sending', 'read', 'tenant'],
  'GET /users/:address/outbox': ['sending', 'read', 'address'],
  'GET /users/:address/outbox/:id': ['sending', 'read', 'address'],
  'POST /users/:address/outbox/:id/cancel': ['sending', 'help', 'address'],
  'POST /users/:address/outbox/:id/retry': ['sending', 'help', 'address'],
  'GET /tenants/:tenantId/sending': ['sending', 'read', 'tenant'],
  'PUT /tenants/:tenantId/sending': ['sending', 'write', 'tenant'],
  'GET /users/:address/sending': ['sending', 'read', 'address'],
  'PUT /users/:address/sending': ['sending', 'write', 'address'],
  'POST /users/:address/unlock-sending': ['sending', 'help', 'address'],
  'GET /users/:address/send-grants': ['sending', 'read', 'address'],
  'PUT /users/:address/send-grants/:grantee': ['sending', 'write', 'address'],
  'DELETE /users/:address/send-grants/:grantee': ['sending', 'write', 'address'],
  'GET /tenants/:tenantId/carrier': ['sending', 'read', 'tenant'],
  'PUT /tenants/:tenantId/carrier': ['sending', 'write', 'tenant'],
  'DELETE /tenants/:tenantId/carrier': ['sending', 'write', 'tenant'],
  'POST /tenants/:tenantId/carrier/test': ['sending', 'write', 'tenant'],
  'GET /tenants/:tenantId/links': ['sending', 'read', 'tenant'],
  'DELETE /tenants/:tenantId/links/:linkId': ['sending', 'write', 'tenant'],
  'PUT /tenants/:tenantId/attachment-links': ['sending', 'write', 'tenant'],

  'GET /tenants/:tenantId/quota': ['keeping', 'read', 'tenant'],
  'PUT /tenants/:tenantId/quota': ['keeping', 'write', 'tenant'],
  'POST /tenants/:tenantId/usage': ['keeping', 'help', 'tenant'],
  'GET /users/:address/limits': ['keeping', 'read', 'address'],
  'PUT /users/:address/limits': ['keeping', 'write', 'address'],
  'POST /users/:address/recount': ['keeping', 'help', 'address'],
  'GET /tenants/:tenantId/retention': ['keeping', 'read', 'tenant'],
  'PUT /tenants/:tenantId/retention': ['keeping', 'write', 'tenant'],
  'GET /users/:address/retention': ['keeping', 'read', 'address'],
  'PUT /users/:address/retention': ['keeping', 'write', 'address'],
  'POST /users/:address/retention/run': ['keeping', 'write', 'address'],
  'GET /tenants/:tenantId/journaling': ['keeping', 'read', 'tenant'],
  'PUT /tenants/:tenantId/journaling': ['keeping', 'write', 'tenant'],
  'DELETE /tenants/:tenantId/journaling': ['keeping', 'write', 'tenant'],
  'GET /tenants/:tenantId/holds': ['keeping', 'read', 'tenant'],
  'POST /tenants/:tenantId/holds': ['keeping', 'write', 'tenant'],
  'POST /tenants/:tenantId/holds/:holdId/release': ['keeping', 'write', 'tenant'],
  'GET /users/:address/deleted': ['keeping', 'content', 'address'],
  'POST /users/:address/deleted/:itemId/restore': ['keeping', 'write', 'address'],
  'POST /users/:address/deleted/erase': ['keeping', 'write', 'address'],

  'GET /users/:address/export': ['transfer', 'content', 'address'],
  'GET /users/:address/export/frame': ['transfer', 'content', 'address'],
  'POST /users/:address/import': ['transfer', 'write', 'address'],
  'POST /users/:address/import/folders': ['transfer', 'write', 'address'],
  'POST /users/:address/import/settings': ['transfer', 'write', 'address'],

  'POST /reindex': ['operations', 'write', ADDRESS],
  'POST /reconcile': ['operations', 'write', 'installation'],
  'POST /rebuild': ['operations', 'write', 'installation'],
  'POST /snapshot': ['operations', 'write', 'installation'],
  'POST /check': ['operations', 'write', 'installation'],
  'GET /mailbox-state': ['operations', 'content', 'installation'],
  'GET /dead-letters': ['operations', 'read', 'installation'],
  'GET /dead-letters/counts': ['operations', 'read', 'installation'],
  'GET /dead-letters/:id': ['operations', 'content', 'installation'],
  'POST /dead-letters/:id/discard': ['operations', 'write', 'installation'],
  'POST /dead-letters/:id/replay': ['operations', 'write', 'installation'],
  'POST /dead-letters/replay': ['operations', 'write', 'installation'],

  'GET /tenants/:tenantId/keys': ['operations', 'read', 'tenant'],
  'POST /tenants/:tenantId/keys': ['operations', 'write', 'tenant'],
  'POST /tenants/:tenantId/keys/reseal': ['operations', 'write', 'tenant'],
  'POST /tenants/:tenantId/keys/rewrap': ['operations', 'write', 'installation'],

  'GET /audit': ['audit', 'read', TENANT_ID],
  'POST /audit/verify': ['audit', 'read', { body: ['tenantId'] }],
  'GET /audit/export': ['audit', 'read', TENANT_ID],
  'GET /tenants/:tenantId/audit': ['audit', 'read', 'tenant'],
  'PUT /tenants/:tenantId/audit': ['audit', 'write', 'tenant'],

  'GET /tokens': ['administrators', 'read', TENANT_ID],
  'POST /tokens': ['administrators', 'write', { body: ['tenantId'] }],
  'DELETE /tokens/:tokenId': ['administrators', 'write', TENANT_ID],
  'GET /tenants/:tenantId/roles': ['administrators', 'read', 'tenant'],
  'PUT /users/:address/role': ['administrators', 'write', 'address'],
  'DELETE /users/:address/role': ['administrators', 'write', 'address'],
};
