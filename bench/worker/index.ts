import type { ThrottleRpc } from '../../platform/auth/throttle.ts';
import type { Env } from '../../platform/env.ts';
import { newId } from '../../platform/ids.ts';
import product, { buildServices } from '../../workers/index.ts';
import { seedAdmin } from './admin.ts';
import { seedAttachment } from './attachment.ts';
import { countEvents, sendEvents } from './audit.ts';
import { signIn, signInAgain } from './auth.ts';
import { seedContacts } from './contacts.ts';
import { carrySome, submitSome } from './outbound.ts';
import { benchRow } from './row.ts';
import { searchAsk, searchLoad } from './search.ts';

export { DeviceSession, MailboxHub, Metrics, Throttle } from '../../workers/index.ts';

/**
 * The product's own Worker, and beside it the floor: what an empty request, one D1 read, one R2 read, one call of
 * an object and one queue send cost in the same process. Used by the bench only.
 */
export default {
  ...product,
  // What the local runtime itself takes for each message.
  async email(message, env, context) {
    if (!message.to.startsWith('nobody@')) await product.email(message, env, context);
  },
  async fetch(request, env, context) {
    const url = new URL(request.url);
    if (!url.pathname.startsWith('/bench/')) return product.fetch(request, env, context);
    const act = FLOOR[url.pathname.slice('/bench/'.length)];
    if (act === undefined) return new Response('unknown', { status: 404 });
    const said = await act(env, url, context);
    return said instanceof Response ? said : new Response(typeof said === 'string' ? said : null);
  },
} satisfies ExportedHandler<Env>;

type Act = (env: Env, url: URL, context: ExecutionContext) => Promise<unknown>;

const FLOOR: Record<string, Act> = {
  empty: async () => undefined,
  d1: (env) => env.DIRECTORY.prepare('SELECT tenant_id FROM tenants WHERE tenant_id = ?').bind('none').all(),
  r2: async (env) => (await env.BLOBS.get('bench/floor'))?.arrayBuffer(),
  'r2-prepare': (env) => env.BLOBS.put('bench/floor', new Uint8Array(10_240)),
  do: (env) =>
    (
      env.THROTTLE.get(env.THROTTLE.idFromName('bench')) as unknown as Pick<ThrottleRpc, 'succeeded'>
    ).succeeded(null, null),
  queue: (env) =>
    env.QUEUE_AUDIT.send({
      v: 1,
      eventId: newId(),
      at: Date.now(),
      tenantId: null,
      actor: 'bench',
      action: 'bench.floor',
      resource: 'queue',
      outcome: 'ok',
      details: {},
      correlationId: newId(),
    }),
  // The calls that a page of a first Sync makes, with nothing in them.
  calls: async (env, url, context) => {
    for (const name of ['do', 'd1', 'd1', 'd1']) await FLOOR[name]?.(env, url, context);
  },
  // A request that only waits: what the platform itself pays for each one that is held.
  hold: (_env, url) => new Promise((resolve) => setTimeout(resolve, Number(url.searchParams.get('ms')))),
  seed,
  'seed-admin': seedAdmin,
  'seed-attachment': seedAttachment,
  'seed-contacts': seedContacts,
  raw: async (env, url) => new Response((await env.BLOBS.get(url.searchParams.get('key') ?? ''))?.body),
  carry: carrySome,
  'sign-in': signIn,
  'sign-in-again': signInAgain,
  'audit-send': sendEvents,
  'audit-count': countEvents,
  submit: submitSome,
  'search-load': searchLoad,
  'search-ask': searchAsk,
};

/** Fills a user's Inbox with rows (no raws): for costs that must not depend on the size of a folder. */
async function seed(env: Env, url: URL, context: ExecutionContext): Promise<void> {
  const services = buildServices(env, context);
  const login = await services.directory.findLogin(url.searchParams.get('user') ?? '');
  if (login === null) throw new Error('seed: no such user');
  const { tenant, user } = login;
  const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
  const mailbox = services.mail.mailbox(ref);
  const count = Number(url.searchParams.get('n') ?? '100');
  for (let done = 0; done < count; done += 100) {
    const batch = Array.from({ length: Math.min(100, count - done) }, (_, i) => benchRow(done + i));
    await mailbox.insertMany(batch);
  }
}
