import * as z from 'zod';
import { pageOf } from '../../../shared/admin/common.ts';
import * as shapes from '../../../shared/admin/devices.ts';
import * as devices from '../routes/devices.ts';
import { policyBody } from '../routes/policies.ts';
import { type Operations, paged } from './shape.ts';

const { deviceView, deviceSettingsView, policyAnswer } = shapes;
const enabled = z.object({ enabled: z.boolean() });

export const deviceOperations: Operations = {
  'GET /devices': {
    name: 'listAllDevices',
    summary: 'Devices of all users whom the caller may see.',
    ...{ query: devices.listQuery, answer: pageOf(shapes.listedDeviceView) },
  },
  'GET /users/:address/devices': {
    name: 'listDevices',
    summary: 'Devices of a user.',
    ...paged(deviceView),
  },
  'PUT /users/:address/devices/:deviceId/access': {
    name: 'setDeviceAccess',
    summary: 'Lets a device in, keeps it waiting, or blocks it.',
    ...{ body: devices.accessBody, answer: deviceView },
  },
  'PUT /users/:address/devices/:deviceId/wipe': {
    name: 'wipeDevice',
    summary: 'Has a device erase itself, or its account only; null takes that back.',
    ...{ body: devices.wipeBody, answer: deviceView },
  },
  'DELETE /users/:address/devices/:deviceId': {
    name: 'removeDevice',
    summary: 'Forgets a device.',
    answer: null,
  },
  'GET /users/:address/activesync': {
    name: 'getActiveSync',
    summary: 'Whether a user may use ActiveSync.',
    answer: enabled,
  },
  'PUT /users/:address/activesync': {
    name: 'setActiveSync',
    summary: 'Says whether a user may use ActiveSync.',
    ...{ body: devices.activeSyncBody, answer: enabled },
  },
  'GET /tenants/:tenantId/device-settings': {
    name: 'getDeviceSettings',
    summary: 'What a tenant lets devices do that nobody has decided about.',
    answer: deviceSettingsView,
  },
  'PUT /tenants/:tenantId/device-settings': {
    name: 'setDeviceSettings',
    summary: 'Changes what the body names of it.',
    ...{ body: devices.settingsBody, answer: deviceSettingsView },
  },

  'GET /tenants/:tenantId/policy': {
    name: 'getTenantPolicy',
    summary: 'The policy for devices of a tenant.',
    answer: policyAnswer,
  },
  'PUT /tenants/:tenantId/policy': {
    name: 'setTenantPolicy',
    summary: 'Replaces it; what is left out has its default.',
    ...{ body: policyBody, answer: policyAnswer },
  },
  'DELETE /tenants/:tenantId/policy': {
    name: 'deleteTenantPolicy',
    summary: 'Takes it away.',
    ...{ answer: policyAnswer },
  },
  'GET /users/:address/policy': {
    name: 'getUserPolicy',
    summary: 'The policy for devices of a user, and the one that is in force.',
    answer: policyAnswer,
  },
  'PUT /users/:address/policy': {
    name: 'setUserPolicy',
    summary: "Gives a user a policy in the tenant's place.",
    ...{ body: policyBody, answer: policyAnswer },
  },
  'DELETE /users/:address/policy': {
    name: 'deleteUserPolicy',
    summary: "Has the tenant's policy count for a user again.",
    answer: policyAnswer,
  },
};
