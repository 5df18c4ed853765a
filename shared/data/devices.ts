import * as z from 'zod';
import { id, mailbox, time } from './common.ts';

const wipe = z.object({ kind: z.enum(['device', 'account']), requestedAt: time, sentAt: time.nullable() });

export const deviceStatesInput = z.strictObject({ ...mailbox, device: id.optional() });
export const deviceStates = z.object({
  devices: z.array(
    z.object({
      id,
      type: z.string(),
      userAgent: z.string(),
      protocolVersion: z.string(),
      firstSeenAt: time,
      lastSeenAt: time,
      access: z.enum(['allowed', 'quarantined', 'blocked']),
      wipe: wipe.nullable(),
      policyAcknowledgedAt: time.nullable(),
      /** What the device holds of each folder; null: that cannot be said now. */
      collections: z
        .array(
          z.object({
            folder: z.string(),
            syncKey: z.string(),
            /** When its key was last given out or its state changed; null: not known. */
            changedAt: time.nullable(),
          }),
        )
        .nullable(),
    }),
  ),
});

export const resetDeviceInput = z.strictObject({ ...mailbox, device: id });
export const resetDevice = z.object({ device: id });
