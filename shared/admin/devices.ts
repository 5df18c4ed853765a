import * as z from 'zod';
import { at, count } from './common.ts';

export const deviceAccessView = z.enum(['allowed', 'quarantined', 'blocked']);
export type DeviceAccessView = z.infer<typeof deviceAccessView>;

const wipeKind = z.enum(['device', 'account']);

export const deviceView = z.object({
  deviceId: z.string(),
  deviceType: z.string(),
  userAgent: z.string(),
  protocolVersion: z.string(),
  firstSeenAt: at,
  lastSeenAt: at,
  access: z
    .enum([...deviceAccessView.options, 'default'])
    .describe("What was decided of this device; default: nothing, so that the tenant's settings count."),
  effectiveAccess: deviceAccessView.describe('What that means for it now.'),
  wipe: z
    .object({ kind: wipeKind, requestedAt: at, sentAt: at.nullable(), failedAt: at.nullable() })
    .nullable()
    .describe('A wipe that was asked for and that the device has not acknowledged yet.'),
  wiped: z.object({ kind: wipeKind, at }).nullable().describe('The last wipe that it has acknowledged.'),
  policy: z.object({
    state: z
      .enum(['none', 'offered', 'applied', 'outdated'])
      .describe('outdated: it has acknowledged another revision than the one in force.'),
    compliance: z.enum(['full', 'partial', 'none', 'external']).nullable(),
    acknowledgedAt: at.nullable(),
  }),
  information: z
    .object({
      model: z.string().optional(),
      imei: z.string().optional(),
      friendlyName: z.string().optional(),
      os: z.string().optional(),
      osLanguage: z.string().optional(),
      phoneNumber: z.string().optional(),
      userAgent: z.string().optional(),
      mobileOperator: z.string().optional(),
      enableOutboundSms: z.boolean().optional(),
    })
    .describe('What it says of itself.'),
});
export type DeviceView = z.infer<typeof deviceView>;

/** In the list of all devices. */
export const listedDeviceView = deviceView
  .omit({ policy: true })
  .extend({ address: z.string().describe('Of its user.') });
export type ListedDeviceView = z.infer<typeof listedDeviceView>;

/** What a tenant lets devices do that nobody has decided about. */
export const deviceSettingsView = z.object({
  defaultAccess: deviceAccessView,
  rules: z
    .array(z.object({ deviceType: z.string(), access: deviceAccessView }))
    .describe('The first that fits comes before `defaultAccess`.'),
  maxDevicesPerUser: count,
});
export type DeviceSettingsView = z.infer<typeof deviceSettingsView>;

export type SetDeviceSettings = { [K in keyof DeviceSettingsView]?: DeviceSettingsView[K] | undefined };

/** A policy for devices. */
export const policyView = z.object({
  required: z.boolean(),
  allowNonProvisionable: z.boolean(),
  allowExternallyManaged: z.boolean(),
  requireDeviceInformation: z.boolean(),
  settings: z
    .record(z.string(), z.union([z.boolean(), z.number(), z.array(z.string())]))
    .describe('Those of EASProvisionDoc by their names with a small first letter.'),
  revision: z.string().describe('Changes with the settings.'),
});
export type PolicyView = z.infer<typeof policyView>;

/** Replaces the policy; what is left out has its default. */
export interface SetPolicy {
  required?: boolean | undefined;
  allowNonProvisionable?: boolean | undefined;
  allowExternallyManaged?: boolean | undefined;
  requireDeviceInformation?: boolean | undefined;
  settings?: Record<string, unknown> | undefined;
}

export const policyAnswer = z.object({
  own: policyView.nullable().describe('The policy of this user or tenant itself.'),
  inForce: policyView.nullable().describe("For a user: its own, else the tenant's."),
});
export type PolicyAnswer = z.infer<typeof policyAnswer>;
