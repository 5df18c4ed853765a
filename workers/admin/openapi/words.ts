import type { TOPICS } from '../access-table.ts';

/** What the parts of the API are about. */
export const TOPIC_TITLES: Readonly<Record<(typeof TOPICS)[number], string>> = {
  tenants: 'Tenants',
  domains: 'Domains, their records and signing keys',
  users: 'Users and aliases',
  credentials: 'Passwords, sessions and ways to sign in',
  groups: 'Groups',
  devices: 'Devices of ActiveSync',
  policies: 'Policies for devices',
  people: 'The address list: people, certificates, contacts',
  calendars: 'Shared calendars, working hours, rooms',
  mail: 'Where mail goes, and what was found out about it',
  rules: 'Inbox rules and forwarding',
  sending: 'The outbox, limits of sending, ways to other hosts',
  keeping: 'Quotas, retention, journaling, holds, deleted messages',
  transfer: 'Taking mailboxes out and putting them in',
  operations: 'Running the installation',
  audit: 'The audit log',
  administrators: 'Roles of users, tokens of programs',
  webhooks: 'Addresses that are told of events',
};

/** What stands in a path. */
export const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  tenantId: 'Id of a tenant',
  domain: 'Name of a domain',
  address: 'Address of a user, group or contact; for a user an alias does as well',
  alias: 'A further address of a user',
  grantee: 'Address of the user who is allowed something',
  credentialId: 'Id of an app password',
  deviceId: 'Id that the device gives itself',
  eventId: 'Id of an event',
  fingerprint: 'SHA-256 of a certificate, in hex',
  holdId: 'Id of a hold',
  id: 'Id of the entry',
  itemId: 'Id of a message',
  linkId: 'Id of a link',
  tokenId: 'Id of a token',
  webhookId: 'Id of a webhook',
};
