/** What makes an installation again from its bucket, and what is written there for it. */
import type {
  CheckRequest,
  CheckView,
  RebuildRequest,
  RebuildView,
  SnapshotView,
} from '../../shared/admin-api.ts';
import { checkStep } from './check.ts';
import { rebuildStep } from './rebuild.ts';
import { type SnapshotRequest, snapshotStep } from './snapshot.ts';
import type { RecoveryPorts } from './step.ts';

export interface Recovery {
  rebuild(request: RebuildRequest): Promise<RebuildView>;
  snapshot(request: SnapshotRequest): Promise<SnapshotView>;
  check(request: CheckRequest): Promise<CheckView>;
}

export function createRecovery(ports: RecoveryPorts): Recovery {
  return {
    rebuild: (request) => rebuildStep(ports, request),
    check: (request) => checkStep(ports.services, request),
    snapshot: (request) => snapshotStep(ports.services, request),
  };
}
