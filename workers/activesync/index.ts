import type { Principal } from '../../core/identity/types.ts';
import { canonicalAddress } from '../../core/mail/recipients.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import { recordSignIn } from '../../platform/audit/sign-in.ts';
import { authenticate } from '../../platform/auth/authenticate.ts';
import { httpRefusal } from '../../platform/auth/refusal.ts';
import type { SignedIn } from '../../platform/auth/types.ts';
import { correlationIdOf } from '../../platform/correlation.ts';
import { takesGzip } from '../../platform/gzip.ts';
import { describeError, type Logger } from '../../platform/log.ts';
import { noteRoute } from '../../platform/metrics/index.ts';
import type { Services } from '../../platform/services.ts';
import { recordCommand } from './audit.ts';
import { COMMANDS } from './command-table.ts';
import { checkGate, readGate } from './gate/check.ts';
import { bodyRefusal, readBody } from './http/body.ts';
import { type EasQuery, parseQuery } from './http/query.ts';
import { httpError, type Reply, toResponse } from './http/reply.ts';
import { isCommandOf, VERSIONS, type Version, versionOf } from './http/versions.ts';

/** Path of the endpoint; clients differ in its letter case. */
export const ACTIVESYNC_PATH = '/microsoft-server-activesync';

/**
 * The ActiveSync edge (MS-ASHTTP): one function from request to response. 451 is never among the answers: every mailbox
 * is reached through this one endpoint, so that there is no other to send a device to.
 */
export function createActiveSync(services: Services): (request: Request) => Promise<Response> {
  return async (request) => {
    const correlationId = correlationIdOf(request.headers);
    const log = services.log.with({ correlationId, edge: 'activesync' });
    const started = services.now();
    let command = request.method;
    let response: Response;
    try {
      const handled = await handle(services, request, log, correlationId);
      command = handled.command;
      response = handled.response;
    } catch (error) {
      log.error('eas.failed', { error: describeError(error) });
      // A fault of ours is temporary: the client backs off and comes again.
      response = httpError(503, 'temporarily unavailable', { 'retry-after': '30' });
    }
    log.info('eas.request', { command, status: response.status, ms: services.now() - started });
    response.headers.set('x-correlation-id', correlationId);
    return response;
  };
}

interface Handled {
  command: string;
  response: Response;
}

async function handle(
  services: Services,
  request: Request,
  log: Logger,
  correlationId: string,
): Promise<Handled> {
  const query = parseQuery(new URL(request.url).search);
  const asked = request.method === 'POST' && query !== null && COMMANDS.has(query.command);
  noteRoute(
    request,
    `activesync/${asked ? query.command : request.method === 'OPTIONS' ? 'OPTIONS' : 'other'}`,
  );
  // OPTIONS is asked before a device says which one it is.
  const deviceId = request.method === 'POST' ? (query?.deviceId ?? null) : null;
  const auth = await authenticate(request, services, { protocol: 'activesync', deviceId });
  recordSignIn(services, request, auth, { protocol: 'activesync', deviceId, correlationId });
  if (auth.kind !== 'ok') {
    // MS-ASHTTP 2.2.2.2.7: a device that is told 503 comes again after Retry-After.
    const { status, text, headers } = await httpRefusal(auth, services);
    return { command: 'auth', response: httpError(status, text, headers) };
  }
  if (request.method === 'OPTIONS') return { command: 'OPTIONS', response: options() };
  if (request.method !== 'POST') {
    return {
      command: request.method,
      response: httpError(405, 'method not allowed', { allow: 'OPTIONS, POST' }),
    };
  }
  if (query === null)
    return { command: 'bad-query', response: httpError(400, 'the query is not understood') };
  const response = await run(services, request, query, auth, log, correlationId);
  return { command: COMMANDS.has(query.command) ? query.command : 'unknown', response };
}

async function run(
  services: Services,
  request: Request,
  query: EasQuery,
  { principal, login }: SignedIn,
  log: Logger,
  correlationId: string,
): Promise<Response> {
  const version = query.version ?? versionOf(request.headers.get('ms-asprotocolversion') ?? '12.1');
  if (version === null) return httpError(400, 'protocol version not supported');
  const command = COMMANDS.get(query.command);
  if (command === undefined || !isCommandOf(version, query.command)) {
    return httpError(501, 'command not supported');
  }
  // The mailbox is that of the signed-in user; a query that names another is refused, not obeyed (ATTACKS A32).
  if (!namesUser(query.user, principal, login)) return httpError(403, 'the query names another user');
  const gateState = readGate(services, principal, query.deviceId);
  const gzip = takesGzip(request);
  const body = await readBody(request, query.command);
  if (body.kind === 'error') return toResponse(bodyRefusal(body, query.command, version), version, gzip);
  const ref: MailboxRef = {
    tenantId: principal.tenant.tenantId,
    mailboxId: principal.user.userId,
    shard: principal.tenant.mailShard,
  };
  const context = {
    services,
    principal,
    ref,
    mailbox: services.mail.mailbox(ref),
    device: services.device(ref, query.deviceId, correlationId),
    query,
    version,
    body: body.kind === 'document' ? body.root : null,
    rawBody: body.kind === 'message' ? body.bytes : null,
    acceptMultiPart: query.acceptMultiPart || request.headers.get('ms-asacceptmultipart') === 'T',
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, 255),
    policyKey: query.policyKey ?? request.headers.get('x-ms-policykey'),
    log,
    correlationId,
  };
  const gate = await checkGate(context, gateState);
  const passed = gate.kind === 'pass';
  const note = (done: Reply | null) => recordCommand(context, request.headers, done, !passed);
  let reply: Reply;
  try {
    reply = passed ? await command({ ...context, gate: gate.state }) : gate.reply;
  } catch (error) {
    note(null);
    throw error;
  }
  note(reply);
  const response = await toResponse(reply, version, gzip);
  if (reply.kind === 'wbxml' && reply.announced) {
    response.headers.set('x-ms-rp', VERSIONS.join(','));
    for (const [name, value] of Object.entries(capabilities())) response.headers.set(name, value);
  }
  return response;
}

/** Whether the query's User, with or without its domain, is the signed-in user by address or by the login used. */
function namesUser(named: string | null, principal: Principal, login: string): boolean {
  if (named === null || named === '') return true;
  const plain = named.slice(named.lastIndexOf('\\') + 1);
  return [principal.user.address, login].some((own) => {
    if (plain.includes('@')) return (canonicalAddress(plain) ?? plain) === (canonicalAddress(own) ?? own);
    return plain.toLowerCase() === own.split('@', 1)[0]?.toLowerCase();
  });
}

/** What this server speaks (MS-ASHTTP 2.2.4.1.2). */
function capabilities() {
  return {
    'ms-asprotocolversions': VERSIONS.join(','),
    'ms-asprotocolcommands': [...COMMANDS.keys()].join(','),
  };
}

// MS-ASHTTP 2.2.3.2
function options(): Response {
  const newest: Version = VERSIONS[VERSIONS.length - 1] ?? '16.1';
  return new Response(null, {
    status: 200,
    headers: {
      'ms-server-activesync': newest,
      ...capabilities(),
      public: 'OPTIONS,POST',
      allow: 'OPTIONS,POST',
      'cache-control': 'private, no-store',
      'content-length': '0',
    },
  });
}
