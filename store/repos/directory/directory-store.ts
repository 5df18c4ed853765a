import type { DirectoryStore } from '../../../core/ports/directory.ts';
import type { KeepingDirectory } from '../../../core/ports/holds.ts';
import type { MobileDirectory } from '../../../core/ports/mobile.ts';
import { ping } from '../ping.ts';
import { findLogin, lookupAddresses } from './addresses.ts';
import { createAdminLists } from './admin-lists.ts';
import { createAdministrators } from './administrators.ts';
import {
  deleteCertificate,
  deleteTrustedRoot,
  listCertificates,
  listTrustedRoots,
  putCertificate,
  putTrustedRoot,
} from './certificates.ts';
import { createCredentials } from './credentials.ts';
import {
  countDeadLetters,
  getDeadLetter,
  listDeadLetters,
  markDiscarded,
  markReplayed,
  putDeadLetter,
} from './dead-letters.ts';
import { deviceGate } from './device-gate.ts';
import {
  getDevice,
  grantPolicy,
  listDeviceOwners,
  listDevices,
  offerPolicy,
  registerDevice,
  removeDevice,
  setDeviceAccess,
  setDeviceInformation,
  setWipe,
  touchDevice,
  wipeAnswered,
  wipeSent,
} from './devices.ts';
import { createErasures } from './erasures.ts';
import { createFactors } from './factors.ts';
import { createGroupDeliveries } from './group-deliveries.ts';
import {
  createGroup,
  deleteGroup,
  findGroup,
  groupMembers,
  listGroups,
  setGroupMembers,
  updateGroup,
} from './groups.ts';
import { holdsOn, listHolds, placeHold, releaseHold } from './holds.ts';
import { createKeptAnswers } from './kept-answers.ts';
import {
  exactPeople,
  getPerson,
  peopleAt,
  searchPeople,
  setPersonAttributes,
  setPersonPhoto,
} from './people.ts';
import {
  getDeviceSettings,
  getPolicy,
  getSyncEnabled,
  policyInForce,
  setDeviceSettings,
  setPolicy,
  setSyncEnabled,
} from './policies.ts';
import { createSendGrants } from './send-grants.ts';
import { createSessions } from './sessions.ts';
import {
  deleteSharedContact,
  getSharedContact,
  listSharedContacts,
  putSharedContact,
} from './shared-contacts.ts';
import { createStats } from './stats.ts';
import { createTenantKeys } from './tenant-keys.ts';
import { getTenantSetting, putTenantSetting, replaceTenantSetting } from './tenant-settings.ts';
import {
  createDomain,
  createTenant,
  type DirectoryContext,
  getDomain,
  getTenant,
  listDomains,
  listTenants,
  setCatchAll,
  setTenantStatus,
} from './tenants.ts';
import { getUserSetting, putUserSetting, quotaValues } from './user-settings.ts';
import {
  createAlias,
  createUser,
  getUser,
  listAliases,
  listUsers,
  setAliasEnabled,
  setDisplayName,
  updateUser,
} from './users.ts';
import { createWebhooks } from './webhooks.ts';

export function createDirectoryStore(context: DirectoryContext): DirectoryStore {
  return {
    lookupAddresses: (domain, addresses) => lookupAddresses(context, domain, addresses),
    findLogin: (address) => findLogin(context, address),
    getUser: (tenantId, userId) => getUser(context, tenantId, userId),
    createTenant: (tenant) => createTenant(context, tenant),
    getTenant: (tenantId) => getTenant(context, tenantId),
    listTenants: () => listTenants(context),
    setTenantStatus: (tenantId, status) => setTenantStatus(context, tenantId, status),
    getTenantSetting: (tenantId, name) => getTenantSetting(context, tenantId, name),
    putTenantSetting: (tenantId, name, value) => putTenantSetting(context, tenantId, name, value),
    replaceTenantSetting: (tenantId, name, from, value) =>
      replaceTenantSetting(context, tenantId, name, from, value),
    createDomain: (domain) => createDomain(context, domain),
    getDomain: (domain) => getDomain(context, domain),
    listDomains: (tenantId) => listDomains(context, tenantId),
    setCatchAll: (tenantId, domain, userId) => setCatchAll(context, tenantId, domain, userId),
    createUser: (user) => createUser(context, user),
    listUsers: (tenantId, afterAddress, limit) => listUsers(context, tenantId, afterAddress, limit),
    setUserStatus: (tenantId, userId, status) => updateUser(context, tenantId, userId, { status }),
    setDisplayName: (tenantId, userId, displayName) => setDisplayName(context, tenantId, userId, displayName),
    setQuota: (tenantId, userId, quotaBytes) => updateUser(context, tenantId, userId, { quotaBytes }),
    createAlias: (alias) => createAlias(context, alias),
    setAliasEnabled: (tenantId, address, enabled) => setAliasEnabled(context, tenantId, address, enabled),
    listAliases: (tenantId, userId) => listAliases(context, tenantId, userId),
    ...createCredentials(context),
    ...mobile(context),
    ...createSendGrants(context),
    ...createAdministrators(context),
    ...createSessions(context),
    ...createKeptAnswers(context),
    ...createAdminLists(context),
    ...createStats(context),
    ...createErasures(context),
    ...createFactors(context),
    ...createWebhooks(context),
    ...createTenantKeys(context),
    putDeadLetter: (letter) => putDeadLetter(context, letter),
    listDeadLetters: (options) => listDeadLetters(context, options),
    getDeadLetter: (deadLetterId) => getDeadLetter(context, deadLetterId),
    countDeadLetters: () => countDeadLetters(context),
    markReplayed: (deadLetterId, at) => markReplayed(context, deadLetterId, at),
    markDiscarded: (deadLetterId, at) => markDiscarded(context, deadLetterId, at),
    searchPeople: (tenantId, text, limit, after) => searchPeople(context, tenantId, text, limit, after),
    exactPeople: (tenantId, text, limit) => exactPeople(context, tenantId, text, limit),
    getPerson: (tenantId, userId) => getPerson(context, tenantId, userId),
    peopleAt: (tenantId, addresses) => peopleAt(context, tenantId, addresses),
    setPersonAttributes: (tenantId, userId, attributes) =>
      setPersonAttributes(context, tenantId, userId, attributes),
    setPersonPhoto: (tenantId, userId, photo) => setPersonPhoto(context, tenantId, userId, photo),
    putCertificate: (certificate) => putCertificate(context, certificate),
    deleteCertificate: (tenantId, userId, fingerprint) =>
      deleteCertificate(context, tenantId, userId, fingerprint),
    listCertificates: (tenantId, userIds) => listCertificates(context, tenantId, userIds),
    putTrustedRoot: (root) => putTrustedRoot(context, root),
    deleteTrustedRoot: (tenantId, fingerprint) => deleteTrustedRoot(context, tenantId, fingerprint),
    listTrustedRoots: (tenantId) => listTrustedRoots(context, tenantId),
    ...keeping(context),
    putSharedContact: (contact) => putSharedContact(context, contact),
    deleteSharedContact: (tenantId, contactId) => deleteSharedContact(context, tenantId, contactId),
    getSharedContact: (tenantId, contactId) => getSharedContact(context, tenantId, contactId),
    listSharedContacts: (tenantId, after, limit) => listSharedContacts(context, tenantId, after, limit),
    createGroup: (group) => createGroup(context, group),
    updateGroup: (tenantId, groupId, settings) => updateGroup(context, tenantId, groupId, settings),
    ...createGroupDeliveries(context),
    deleteGroup: (tenantId, groupId) => deleteGroup(context, tenantId, groupId),
    findGroup: (tenantId, address) => findGroup(context, tenantId, address),
    listGroups: (tenantId) => listGroups(context, tenantId),
    setGroupMembers: (tenantId, groupId, addresses) => setGroupMembers(context, tenantId, groupId, addresses),
    groupMembers: (tenantId, groupId, limit) => groupMembers(context, tenantId, groupId, limit),
    ping: () => ping(context.executor),
  };
}

function keeping(context: DirectoryContext): KeepingDirectory {
  return {
    placeHold: (hold) => placeHold(context, hold),
    listHolds: (tenantId, options) => listHolds(context, tenantId, options),
    holdsOn: (tenantId, userId) => holdsOn(context, tenantId, userId),
    releaseHold: (tenantId, holdId, by, at) => releaseHold(context, tenantId, holdId, by, at),
    getUserSetting: (tenantId, userId, name) => getUserSetting(context, tenantId, userId, name),
    putUserSetting: (tenantId, userId, name, value) => putUserSetting(context, tenantId, userId, name, value),
    quotaValues: (tenantId, userId) => quotaValues(context, tenantId, userId),
  };
}

function mobile(context: DirectoryContext): MobileDirectory {
  return {
    deviceGate: (ref) => deviceGate(context, ref),
    registerDevice: (device, limit) => registerDevice(context, device, limit),
    touchDevice: (device) => touchDevice(context, device),
    setDeviceInformation: (tenantId, userId, deviceId, information) =>
      setDeviceInformation(context, { tenantId, userId, deviceId }, information),
    listDevices: (tenantId, userId) => listDevices(context, tenantId, userId),
    getDevice: (ref) => getDevice(context, ref),
    listDeviceOwners: (tenantId, afterUserId, limit) =>
      listDeviceOwners(context, tenantId, afterUserId, limit),
    setDeviceAccess: (ref, access) => setDeviceAccess(context, ref, access),
    setWipe: (ref, kind, at) => setWipe(context, ref, kind, at),
    removeDevice: (ref) => removeDevice(context, ref),
    wipeSent: (ref, at) => wipeSent(context, ref, at),
    wipeAnswered: (ref, kind, outcome, at) => wipeAnswered(context, ref, kind, outcome, at),
    offerPolicy: (ref, pendingKey, revision) => offerPolicy(context, ref, pendingKey, revision),
    grantPolicy: (ref, pendingKey, grant) => grantPolicy(context, ref, pendingKey, grant),
    getPolicy: (tenantId, userId) => getPolicy(context, tenantId, userId),
    policyInForce: (tenantId, userId) => policyInForce(context, tenantId, userId),
    setPolicy: (tenantId, userId, policy) => setPolicy(context, tenantId, userId, policy),
    getDeviceSettings: (tenantId) => getDeviceSettings(context, tenantId),
    setDeviceSettings: (tenantId, settings) => setDeviceSettings(context, tenantId, settings),
    getSyncEnabled: (tenantId, userId) => getSyncEnabled(context, tenantId, userId),
    setSyncEnabled: (tenantId, userId, enabled) => setSyncEnabled(context, tenantId, userId, enabled),
  };
}
