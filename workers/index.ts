import { journalFailed, journalSubmission } from '../core/journaling/submission.ts';
import type { SecretSeal } from '../core/ports/seal.ts';
import { createDeviceSession } from '../durable-objects/device-session/index.ts';
import { createMailboxHub } from '../durable-objects/mailbox-hub.ts';
import { createCarriers } from '../outbound/carriers/index.ts';
import { createDkim, createKeyRing, type KeyRing } from '../outbound/dkim/index.ts';
import { createComposer, createOutbound } from '../outbound/index.ts';
import { linkLargeAttachments } from '../outbound/links/index.ts';
import { createAuditTrail, RecentlyNoted } from '../platform/audit/trail.ts';
import { hashPassword } from '../platform/auth/password.ts';
import { answerInClear } from '../platform/clear-text.ts';
import { type Config, parseConfig } from '../platform/config.ts';
import { connectSocket, makeEmail } from '../platform/connect.ts';
import { createDns } from '../platform/dns/index.ts';
import { type Env, mailShards } from '../platform/env.ts';
import { createFreshSettings, type FreshSettings } from '../platform/fresh-settings.ts';
import { checkHost, checkHostForm } from '../platform/host-check.ts';
import { requestCeilings } from '../platform/limits/ceilings.ts';
import { createLimits, RequestLedger } from '../platform/limits/index.ts';
import type { SpendRpc } from '../platform/limits/types.ts';
import { describeError } from '../platform/log.ts';
import { createMailAuth } from '../platform/mail-auth/index.ts';
import { createCountedLogger } from '../platform/metrics/counted-logger.ts';
import { recorderOf } from '../platform/metrics/index.ts';
import { readAll } from '../platform/metrics/objects.ts';
import { queueGauges } from '../platform/metrics/queues.ts';
import { createObjects } from '../platform/objects.ts';
import { createQueues } from '../platform/queues.ts';
import { createSeal } from '../platform/sealed.ts';
import type { Services } from '../platform/services.ts';
import { createSpamFilter } from '../platform/spam/index.ts';
import { learningFromMoves } from '../platform/spam/learning.ts';
import { tellActions } from '../platform/tell-actions.ts';
import { tellAttendees } from '../platform/tell-attendees.ts';
import { tellObjects } from '../platform/tell-objects.ts';
import { tellRights } from '../platform/tell-rights.ts';
import { createTenantSeal, UnwrappedKeys } from '../platform/tenant-seal.ts';
import { recordTrace } from '../platform/trace.ts';
import { beginBatch, beginTrace, type Tracing } from '../platform/tracing/index.ts';
import { tracedPorts } from '../platform/tracing/ports.ts';
import { emitEvents, isWanted } from '../platform/webhooks/emit.ts';
import { refuseLoop } from '../platform/webhooks/loop.ts';
import { PostgresConnection } from '../store/dialect/postgres/connection.ts';
import {
  createD1Stores,
  createPostgresStores,
  createR2BlobStore,
  createR2ObjectStore,
  createR2PhotoStore,
} from '../store/index.ts';
import { ACTIVESYNC_PATH, createActiveSync } from './activesync/index.ts';
import { createAdmin } from './admin/index.ts';
import { AUTH_PATH, createAuth } from './auth/index.ts';
import { autodiscoverRoute, createAutodiscover } from './autodiscover/index.ts';
import { createDataEntrypoint } from './data-service/entrypoint.ts';
import { createDataService, isDataPath } from './data-service/index.ts';
import { createDoctor } from './doctor/index.ts';
import { objectProbes } from './doctor/probes.ts';
import { createEmailInbound } from './email-inbound/index.ts';
import { createEws, isEwsPath } from './ews/index.ts';
import { pushNews } from './ews/live/push.ts';
import { createFiles, FILES_PATH } from './files/index.ts';
import { createHealth } from './health.ts';
import { createMetrics, METRICS_PATH } from './metrics/index.ts';
import { observedEmail, observedFetch, observedQueue, observedScheduled } from './observed.ts';
import { replayDeadLetter, replayDeadLetters } from './queue-consumers/dead-letters.ts';
import { createQueueConsumers } from './queue-consumers/index.ts';
import { ingestNow } from './queue-consumers/ingest-now.ts';
import { createMessageReader } from './queue-consumers/message-reader.ts';
import { underPlainName } from './queue-consumers/names.ts';
import { createRecovery } from './recovery/index.ts';
import { createScheduled } from './scheduled/index.ts';
import { createWellKnown, MTA_STS_PATH } from './well-known/index.ts';

export { Metrics } from '../durable-objects/metrics.ts';
export { Throttle } from '../durable-objects/throttle.ts';

type Deferring = Pick<ExecutionContext, 'waitUntil'>;

/** D1 stores hold no connection: one set serves the isolate. */
const shared = new WeakMap<
  object,
  Omit<
    Services,
    | 'defer'
    | 'limits'
    | 'seal'
    | 'reader'
    | 'spam'
    | 'spamTokens'
    | 'quarantine'
    | 'directory'
    | 'outbox'
    | 'operations'
    | 'archive'
    | 'dkimKeys'
    | 'links'
    | 'mail'
    | 'moves'
    | 'search'
    | 'audit'
    | 'erasure'
    | 'trace'
    | 'trail'
    | 'outbound'
    | 'composer'
    | 'carriers'
  > & {
    stores: ReturnType<typeof createD1Stores> | null;
    keyRing: KeyRing;
    settings: FreshSettings;
    noted: RecentlyNoted;
    secret: SecretSeal | null;
    unwrapped: UnwrappedKeys;
    ledger: RequestLedger;
    counter(name: string): SpendRpc;
  }
>();

/** The services of one invocation. A PostgreSQL client belongs to the invocation that opened it. */
export function buildServices(
  env: Env,
  context: Deferring,
  begin: (config: Config) => Tracing | null = () => null,
): Services {
  const defer = (work: Promise<unknown>) => context.waitUntil(work);
  let kept = shared.get(env);
  if (kept === undefined) {
    const config = parseConfig({ ...env });
    const dns = createDns(config);
    const shards = mailShards(env);
    kept = {
      config,
      stores:
        config.store === 'd1'
          ? createD1Stores({ directory: env.DIRECTORY, mail: shards, search: env.SEARCH, audit: env.AUDIT })
          : null,
      blobs: createR2BlobStore(env.BLOBS),
      objects: createR2ObjectStore(env.BLOBS),
      photos: createR2PhotoStore(env.BLOBS),
      queues: createQueues(env),
      dns,
      mailAuth: createMailAuth(dns),
      keyRing: createKeyRing(),
      settings: createFreshSettings(Date.now),
      noted: new RecentlyNoted(),
      secret: secretSeal(config),
      unwrapped: new UnwrappedKeys(),
      ledger: new RequestLedger(),
      ...createObjects(env),
      log: createCountedLogger(env, config),
      now: Date.now,
    };
    shared.set(env, kept);
  }
  const { stores, settings, noted, secret, unwrapped, ledger, counter, ...untraced } = kept;
  const tracing = begin(kept.config);
  const rest = tracing === null ? untraced : tracedPorts(untraced, tracing);
  const opened = stores ?? createPostgresStores({ connectionString: postgresUrl(env), defer });
  const plain = tracing === null ? opened : tracedPorts(opened, tracing);
  const spam = createSpamFilter({ ...rest, ...plain });
  const learning = learningFromMoves({ ...rest, ...plain, spam, defer });
  const telling = { ...rest, defer };
  const databases = {
    ...plain,
    directory: settings.writer(plain.directory),
    mail: tellRights(tellAttendees(tellObjects(tellActions(learning, telling), telling), telling), telling),
  };
  const seal =
    secret === null
      ? null
      : createTenantSeal({ secret, directory: databases.directory, unwrapped, now: rest.now });
  // What each message that leaves asks for.
  const sending = { ...databases, directory: settings.reader(databases.directory) };
  const reader = createMessageReader({ mail: databases.mail, log: rest.log });
  const { relayHosts, authservId, outboundDefault, maxMessageBytes } = rest.config;
  const { filesUrl, attachmentLinkDays: linkDays } = rest.config;
  const carriers = createCarriers({
    ...rest,
    ...databases,
    seal,
    recent: sending.directory,
    hosts: {
      form: (host, port) => checkHostForm(host, port, relayHosts),
      now: (host, port) => checkHost(rest.dns, host, port, relayHosts),
      allowPrivate: relayHosts.allowPrivate,
    },
    connect: connectSocket,
    email: env.SEND_EMAIL === undefined ? null : { binding: env.SEND_EMAIL, make: makeEmail },
    config: { outboundDefault, heloName: authservId, maxMessageBytes },
    defer,
  });
  const services: Services = {
    ...rest,
    ...databases,
    seal,
    limits: createLimits({
      soft: { net: env.LIMIT_ADDRESS, caller: env.LIMIT_CALLER, tenant: env.LIMIT_TENANT },
      ceilings: requestCeilings(rest.config, databases.directory),
      ...{ counter, ledger, defer, log: rest.log, now: rest.now },
    }),
    spam,
    reader,
    defer,
    trail: createAuditTrail({ ...rest, defer }, noted),
    carriers,
    composer: createComposer(rest),
    outbound: createOutbound({
      ...rest,
      ...sending,
      defer,
      carrierFor: carriers.carrierFor,
      dkim: createDkim({ ...rest, ...databases, seal, dkimExpirySeconds: rest.config.dkimExpirySeconds }),
      shrink: (entry, message, maxBytes) =>
        linkLargeAttachments({ ...rest, ...sending, filesUrl, linkDays }, entry, message, maxBytes),
      noteTrace: (rows) => recordTrace(rest, rows),
      random: Math.random,
      maxMessageBytes: rest.config.maxMessageBytes,
      ingestNow: (jobs) => ingestNow(services, jobs),
      hooks: {
        isWanted: (tenantId, type) => isWanted({ ...rest, ...databases }, tenantId, type),
        emit: (events) => emitEvents({ ...rest, ...databases }, events),
      },
      journal: (entry, message) => journalSubmission({ ...services, ...sending }, entry, message),
      journalFailed: (entry) => journalFailed(services, entry),
    }),
  };
  return services;
}

/** The services of one invocation with its trace; null when it has none. */
function traced(env: Env, context: Deferring, begin: (config: Config) => Tracing | null) {
  let tracing: Tracing | null = null;
  const services = buildServices(env, context, (config) => {
    tracing = begin(config);
    return tracing;
  });
  return { services, tracing: tracing as Tracing | null };
}

function secretSeal({ secretsKey, secretsKeyPrevious: previous }: Config): SecretSeal | null {
  return secretsKey === null ? null : createSeal(secretsKey, ...(previous === null ? [] : [previous]));
}

function postgresUrl(env: Env): string {
  if (env.HYPERDRIVE === undefined)
    throw new Error('configuration: STORE is postgres but there is no HYPERDRIVE');
  return env.HYPERDRIVE.connectionString;
}

/** For what is not counted around (workers/observed.ts): what it has counted is told behind it. */
function countedServices(env: Env, context: Deferring): Services {
  const services = buildServices(env, context);
  recorderOf(services)?.flushSoon(services.defer);
  return services;
}

export class DeviceSession extends createDeviceSession<Env>(countedServices) {}

export class MailboxHub extends createMailboxHub<Env>((env, context, subscription, now) =>
  pushNews(countedServices(env, context), subscription, now),
) {}

/** The data service for other Workers of the account. */
export class DataService extends createDataEntrypoint<Env>(countedServices) {}

/** Mail that comes from the bucket again was answered, forwarded and counted when it came the first time. */
function withoutFollowUps(services: Services): Services {
  return { ...services, queues: { ...services.queues, arrived: async () => undefined } };
}

/** Questions of the doctor to PostgreSQL, on a connection of their own. */
function postgresQuery(env: Env, { config, defer }: Services) {
  if (config.store !== 'postgres' || env.HYPERDRIVE === undefined) return null;
  const connection = new PostgresConnection({ connectionString: env.HYPERDRIVE.connectionString, defer });
  return async (sql: string) => {
    const [{ fields, rows } = { fields: [], rows: [] }] = await connection.run([{ sql, params: [] }]);
    return rows.map((row) => Object.fromEntries(fields.map(({ name }, i) => [name, row[i]])));
  };
}

async function route(request: Request, services: Services, env: Env): Promise<Response> {
  const loop = refuseLoop(request);
  if (loop !== null) return loop;
  const { pathname } = new URL(request.url);
  const discovery = autodiscoverRoute(pathname);
  const isHealth = pathname === '/healthz' || pathname === '/readyz';
  const inClear = isHealth ? null : answerInClear(request, services, { always: discovery !== null });
  if (inClear !== null) return inClear;
  if (pathname.toLowerCase().replace(/\/$/, '') === ACTIVESYNC_PATH)
    return createActiveSync(services)(request);
  if (isEwsPath(pathname)) return createEws(services)(request);
  if (discovery !== null) return createAutodiscover(services)(request, discovery);
  if (isHealth) return createHealth(services)(request);
  if (pathname === METRICS_PATH) {
    const counted = (since: number) => readAll(env.METRICS, since);
    return createMetrics(services, { counted, queues: (now) => queueGauges(env, now) })(request);
  }
  if (isDataPath(pathname)) return createDataService(services)(request);
  if (pathname.startsWith(FILES_PATH)) return createFiles(services)(request);
  if (pathname.startsWith(AUTH_PATH)) return createAuth(services).fetch(request);
  if (pathname === MTA_STS_PATH) return createWellKnown(services)(request);
  if (pathname.startsWith('/admin/v1/')) {
    return createAdmin(services, {
      reconcile: () => createScheduled(services)('manual', services.now()),
      replayDeadLetter: (id) => replayDeadLetter(services, id),
      replayDeadLetters: (filter) => replayDeadLetters(services, filter),
      ...createRecovery({ services, place: (jobs) => ingestNow(withoutFollowUps(services), jobs) }),
      doctor: createDoctor({
        env,
        services,
        postgres: postgresQuery(env, services),
        objects: objectProbes(env, services),
      }),
      hashPassword,
    }).fetch(request);
  }
  return new Response('not found\n', { status: 404, headers: { 'cache-control': 'no-store' } });
}

export default {
  async fetch(request, env, context) {
    const { services, tracing } = traced(env, context, (config) =>
      beginTrace(config, 'request', request.headers.get('traceparent')),
    );
    return observedFetch(services, request, tracing, async () => {
      try {
        return await route(request, services, env);
      } catch (error) {
        services.log.error('http.failed', { error: describeError(error) });
        return new Response('temporarily unavailable\n', { status: 503, headers: { 'retry-after': '30' } });
      }
    });
  },
  email(message, env, context) {
    const { services, tracing } = traced(env, context, (config) => beginTrace(config, 'smtp'));
    return observedEmail(services, tracing, () => createEmailInbound(services)(message));
  },
  queue(batch, env, context) {
    const { services, tracing } = traced(env, context, (config) => beginBatch(config, batch));
    const known = underPlainName(batch, services.config.queuePrefix);
    return observedQueue(services, known, tracing, createQueueConsumers(services));
  },
  async scheduled(controller, env, context) {
    const { services, tracing } = traced(env, context, (config) => beginTrace(config, 'cron'));
    const run = () => createScheduled(services)(controller.cron, controller.scheduledTime);
    await observedScheduled(services, controller.cron, tracing, run);
  },
} satisfies ExportedHandler<Env>;
