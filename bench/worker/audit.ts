import type { AuditJob } from '../../core/ports/queues.ts';
import type { Env } from '../../platform/env.ts';
import { newId } from '../../platform/ids.ts';
import { buildServices } from '../../workers/index.ts';

/** Puts `n` events into the queue, in turn for `tenants` chains. */
export async function sendEvents(env: Env, url: URL, context: ExecutionContext): Promise<void> {
  const asked = (name: string) => Number(url.searchParams.get(name) ?? '1');
  const prefix = url.searchParams.get('prefix') ?? 'bench';
  await buildServices(env, context).queues.audit(
    Array.from(
      { length: asked('n') },
      (_, n): AuditJob => ({
        ...{ v: 1, eventId: newId(), at: Date.now(), tenantId: `${prefix}-${n % asked('tenants')}` },
        ...{ actor: 'user/bench', address: '192.0.2.7', protocol: 'activesync', deviceId: 'BENCHDEVICE' },
        ...{ action: 'item.change', resource: 'folder/inbox', outcome: 'ok', correlationId: newId() },
        details: { adds: 1, changes: 2, deletes: 0 },
      }),
    ),
  );
}

/** How many events the chains hold by now. */
export async function countEvents(env: Env, url: URL, context: ExecutionContext): Promise<string> {
  const prefix = url.searchParams.get('prefix') ?? 'bench';
  const heads = await buildServices(env, context).audit.heads(`${prefix}-`, 500);
  return String(
    heads.filter(({ chain }) => chain.startsWith(`${prefix}-`)).reduce((n, { seq }) => n + seq, 0),
  );
}
