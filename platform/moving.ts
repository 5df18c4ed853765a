import { InvalidInputError } from '../core/errors.ts';
import { driveMove } from '../core/moving/drive.ts';
import type { MovePorts } from '../core/moving/work.ts';
import type { TenantMove } from '../core/ports/moves.ts';
import { newId } from './ids.ts';
import { describeError } from './log.ts';
import type { Services } from './services.ts';

type MovingServices = Pick<Services, 'moves' | 'queues' | 'log' | 'now'>;

/** @throws InvalidInputError where nothing can move */
export function movesOf({ moves }: Pick<Services, 'moves'>): NonNullable<Services['moves']> {
  if (moves === null) {
    throw new InvalidInputError('mailboxes are in PostgreSQL, which is one shard: there is nothing to move');
  }
  if (moves.shards.names().length < 2) {
    throw new InvalidInputError('there is one mail shard: add MAIL_2 to wrangler.toml to move tenants to it');
  }
  return moves;
}

/** One stretch of work on the move of a tenant, about as long as `budgetMs`. @see driveMove */
export async function moveOn(
  services: MovingServices,
  tenantId: string,
  budgetMs: number,
): Promise<TenantMove | null> {
  const ports: MovePorts = {
    ...movesOf(services),
    now: services.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    tell: (move, action, details) => tell(services, move, action, details),
  };
  const before = await ports.store.get(tenantId);
  const after = await driveMove(ports, tenantId, budgetMs);
  if (after !== null && after.phase !== before?.phase) {
    const { moveId, phase, from, to } = after;
    services.log.info('tenant-move.phase', { tenantId, moveId, phase, from, to });
  }
  return after;
}

/** Ends of moves in the audit log. One that cannot be told is in the log, and must not hold the move up. */
async function tell(
  { queues, log, now }: MovingServices,
  { tenantId, moveId }: TenantMove,
  action: string,
  details: Record<string, string | number | null>,
): Promise<void> {
  try {
    await queues.audit([
      {
        ...{ v: 1, eventId: newId(), at: now(), tenantId, actor: 'tenant-move', address: null },
        ...{ protocol: null, deviceId: null, action, resource: `tenant/${tenantId}`, outcome: 'ok' },
        ...{ details, correlationId: moveId },
      },
    ]);
  } catch (error) {
    log.error('tenant-move.audit-lost', { tenantId, action, error: describeError(error) });
  }
}
