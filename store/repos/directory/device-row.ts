import type { DeviceInformation } from '../../../core/identity/types.ts';
import type { DeviceRecord, PendingWipe } from '../../../core/policy/types.ts';
import type { DirectoryTables } from '../../schema/directory.ts';

export function deviceFields({ devices }: DirectoryTables) {
  return {
    tenantId: devices.tenantId,
    userId: devices.userId,
    deviceId: devices.deviceId,
    deviceType: devices.deviceType,
    userAgent: devices.userAgent,
    protocolVersion: devices.protocolVersion,
    firstSeenAt: devices.firstSeenAt,
    lastSeenAt: devices.lastSeenAt,
    access: devices.access,
    wipe: devices.wipe,
    wipeRequestedAt: devices.wipeRequestedAt,
    wipeSentAt: devices.wipeSentAt,
    wipeFailedAt: devices.wipeFailedAt,
    wiped: devices.wiped,
    wipedAt: devices.wipedAt,
    pendingKey: devices.pendingKey,
    pendingRevision: devices.pendingRevision,
    policyKey: devices.policyKey,
    policyRevision: devices.policyRevision,
    compliance: devices.compliance,
    acknowledgedAt: devices.acknowledgedAt,
    information: devices.information,
  };
}

type Row = DirectoryTables['devices']['$inferSelect'];

export function deviceRecord(row: Row): DeviceRecord {
  const { tenantId, userId, deviceId, deviceType, userAgent, protocolVersion } = row;
  return {
    tenantId,
    userId,
    deviceId,
    deviceType,
    userAgent,
    protocolVersion,
    firstSeenAt: row.firstSeenAt,
    lastSeenAt: row.lastSeenAt,
    access: row.access as DeviceRecord['access'],
    wipe: pendingWipe(row),
    wiped: row.wiped === null ? null : { kind: wipeKind(row.wiped), at: row.wipedAt ?? 0 },
    policy: {
      pendingKey: row.pendingKey,
      pendingRevision: row.pendingRevision,
      key: row.policyKey,
      revision: row.policyRevision,
      compliance: row.compliance as DeviceRecord['policy']['compliance'],
      acknowledgedAt: row.acknowledgedAt,
    },
    information: JSON.parse(row.information) as DeviceInformation,
  };
}

function pendingWipe(row: Row): PendingWipe | null {
  if (row.wipe === null) return null;
  return {
    kind: wipeKind(row.wipe),
    requestedAt: row.wipeRequestedAt ?? 0,
    sentAt: row.wipeSentAt,
    failedAt: row.wipeFailedAt,
  };
}

/** Anything that is not the lesser one is the whole device: a wipe must not be weakened by a word. */
function wipeKind(text: string): PendingWipe['kind'] {
  return text === 'account' ? 'account' : 'device';
}
