import type { Context, Hono } from 'hono';
import type { AuditJob } from '../../core/ports/queues.ts';
import { networkOf } from '../../platform/audit/address.ts';
import { newId } from '../../platform/ids.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import type { DoctorView } from '../../shared/admin/doctor.ts';
import type {
  CheckRequest,
  CheckView,
  RebuildRequest,
  RebuildView,
  ReplayView,
  SnapshotView,
} from '../../shared/admin-api.ts';
import type { Caller } from './caller.ts';
import type { Scope } from './paging.ts';

/** What the admin API needs from other edges; the composition root hands it over. */
export interface AdminHooks {
  /** One round of the reconciler. */
  reconcile(): Promise<{ recent: object; sweep: { complete: boolean } } | null>;
  /** Puts the message of a dead letter into its queue again. */
  replayDeadLetter(deadLetterId: string): Promise<unknown>;
  /** The same with the next of those that wait. */
  replayDeadLetters(filter: { queue: string | null; cursor: string | null }): Promise<ReplayView>;
  /** One step of making the installation again from its bucket. */
  rebuild(request: RebuildRequest): Promise<RebuildView>;
  /** One step of writing mailboxes down. */
  snapshot(request: {
    cursor: string | null;
    tenantId: string | null;
    whole: boolean;
  }): Promise<SnapshotView>;
  /** One step of checking what must always be true. */
  check(request: CheckRequest): Promise<CheckView>;
  /** A look at every binding, secret and setting; `here` is where the request came in. */
  doctor(here: URL): Promise<DoctorView>;
  /** PHC string of a password. */
  hashPassword(password: string): Promise<string>;
}

export interface AdminEnv {
  Variables: {
    correlationId: string;
    caller: Caller;
    /** Where a list of this request looks (access-table.ts, `area`); null: everywhere. */
    scopes: readonly Scope[] | null;
  };
}

/** Adds the routes of one resource. */
export type AddRoutes = (app: Hono<AdminEnv>, admin: AdminContext) => void;

export interface AdminContext {
  services: Services;
  hooks: AdminHooks;
  /** Records what was done. Called after the change: an audit queue that is down is logged, it undoes nothing. */
  audit(event: AdminEvent): Promise<void>;
}

interface AdminEvent {
  correlationId: string;
  actor: string;
  address: string | null;
  tenantId: string | null;
  action: string;
  resource: string;
  details?: AuditJob['details'];
}

/** By whom, from where and in which request something is done. */
export function by(c: Context<AdminEnv>): Pick<AdminEvent, 'correlationId' | 'actor' | 'address'> {
  return {
    correlationId: c.get('correlationId'),
    actor: c.get('caller').actor,
    address: c.req.header('cf-connecting-ip') ?? null,
  };
}

function shown({ config }: Services, address: string | null): string | null {
  return address === null || config.auditAddresses === 'full' ? address : networkOf(address);
}

/** @param noted is given the correlation id of each request that something is recorded of */
export function createContext(services: Services, hooks: AdminHooks, noted: Set<string>): AdminContext {
  return {
    services,
    hooks,
    audit: async ({ details = {}, ...event }) => {
      const job: AuditJob = {
        v: 1,
        eventId: newId(),
        at: services.now(),
        protocol: 'admin',
        deviceId: null,
        outcome: 'ok',
        details,
        ...event,
        address: shown(services, event.address),
      };
      noted.add(event.correlationId);
      try {
        await services.queues.audit([job]);
      } catch (error) {
        services.log.error('admin.audit-lost', { action: event.action, error: describeError(error) });
      }
    },
  };
}
