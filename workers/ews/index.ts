import { attributeOf, child } from '../../codecs/soap/read.ts';
import { answerElement } from '../../codecs/soap/schema.ts';
import { writeElement } from '../../codecs/soap/write.ts';
import type { Principal } from '../../core/identity/types.ts';
import { recordSignIn } from '../../platform/audit/sign-in.ts';
import { authenticate } from '../../platform/auth/authenticate.ts';
import { httpRefusal } from '../../platform/auth/refusal.ts';
import type { AuthRefusal } from '../../platform/auth/types.ts';
import { correlationIdOf } from '../../platform/correlation.ts';
import { takesGzip } from '../../platform/gzip.ts';
import { describeError, type Logger } from '../../platform/log.ts';
import { noteRoute } from '../../platform/metrics/index.ts';
import type { Services } from '../../platform/services.ts';
import { recordOperation } from './audit.ts';
import type { EwsContext } from './context.ts';
import { EwsError, SchemaError } from './errors.ts';
import { keepAffinity } from './http/affinity.ts';
import { envelope, soapFault } from './http/envelope.ts';
import { inPrecision } from './http/precision.ts';
import { HttpRefusal, longBytes, readSoap, type SoapRequest } from './http/request.ts';
import { createMailboxes } from './mailboxes.ts';
import { OPERATIONS } from './operations/index.ts';
import { isOperation, operationName, refusal } from './refusal.ts';
import { OWN_FAULT, ownFault } from './response-messages.ts';
import { servicesWsdl } from './wsdl.ts';

/** Path of the endpoint in lower case; clients differ in its letters. */
const EWS_PATH = '/ews/exchange.asmx';
const WSDL_PATH = '/ews/services.wsdl';

export function isEwsPath(pathname: string): boolean {
  const lower = pathname.toLowerCase();
  return lower === EWS_PATH || lower === WSDL_PATH;
}

/** The edge of Exchange Web Services: one function from request to response. */
export function createEws(services: Services): (request: Request) => Promise<Response> {
  return async (request) => {
    const correlationId = correlationIdOf(request.headers);
    const log = services.log.with({ correlationId, edge: 'ews' });
    const started = services.now();
    let operation = request.method;
    let response: Response;
    try {
      const handled = await handle(services, request, log, correlationId);
      operation = handled.operation;
      response = handled.response;
    } catch (error) {
      log.error('ews.failed', { error: describeError(error) });
      response = soapFault(
        new EwsError('ErrorServerBusy', 'The server cannot do this now. Try again later.'),
        503,
      );
    }
    log.info('ews.request', { operation, status: response.status, ms: services.now() - started });
    response.headers.set('x-correlation-id', correlationId);
    // Programs that ask for it find their own id again (MS-OXWSCDATA 2.2.1).
    const asked = request.headers.get('client-request-id') ?? '';
    if (request.headers.get('return-client-request-id') === 'true' && /^[\w.{}-]{1,64}$/.test(asked)) {
      response.headers.set('client-request-id', asked);
    }
    return response;
  };
}

interface Handled {
  operation: string;
  response: Response;
}

async function handle(
  services: Services,
  request: Request,
  log: Logger,
  correlationId: string,
): Promise<Handled> {
  const auth = await authenticate(request, services, { protocol: 'ews' });
  recordSignIn(services, request, auth, { protocol: 'ews', correlationId });
  if (auth.kind !== 'ok') return { operation: 'auth', response: await refused(auth, services) };
  const { pathname, origin } = new URL(request.url);
  const describes = pathname.toLowerCase() === WSDL_PATH;
  if (request.method === 'GET' || request.method === 'HEAD') {
    if (describes) {
      const text = servicesWsdl(
        OPERATIONS.keys(),
        `${services.config.publicUrl ?? origin}/EWS/Exchange.asmx`,
      );
      const headers = { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'no-store' };
      return { operation: 'wsdl', response: new Response(text, { headers }) };
    }
    const page =
      '<!doctype html><title>Exchange Web Services</title><p>This address is for mail programs.</p>\n';
    const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
    return { operation: request.method, response: new Response(page, { headers }) };
  }
  if (request.method !== 'POST' || describes) {
    return {
      operation: request.method,
      response: new Response('method not allowed\n', {
        status: 405,
        headers: { allow: describes ? 'GET' : 'GET, POST' },
      }),
    };
  }
  let soap: SoapRequest;
  try {
    soap = await readSoap(request, auth.principal.user.address);
  } catch (error) {
    if (error instanceof HttpRefusal) {
      return { operation: 'unreadable', response: soapFault(new SchemaError(error.message), error.status) };
    }
    if (error instanceof EwsError) return { operation: 'unreadable', response: soapFault(error) };
    throw error;
  }
  const name = operationName(soap.operation.name);
  noteRoute(request, `ews/${isOperation(name) ? name : 'unknown'}`);
  const response = await run(services, request, { soap, name }, auth.principal, log, correlationId);
  keepAffinity(request, response, auth.principal);
  return { operation: isOperation(name) ? name : 'unknown', response };
}

/** A program that must wait is told so as by a server that is busy (MS-OXWSCDATA 2.2.5.24, ErrorServerBusy). */
async function refused(auth: AuthRefusal, services: Services): Promise<Response> {
  const { status, text, headers } = await httpRefusal(auth, services);
  if (auth.kind === 'denied') return new Response(`${text}\n`, { status, headers });
  const busy = new EwsError('ErrorServerBusy', 'The server cannot service this request right now.', {
    BackOffMilliseconds: String(auth.retryAfterSeconds * 1000),
  });
  const response = soapFault(busy, 503);
  response.headers.set('retry-after', String(auth.retryAfterSeconds));
  return response;
}

async function run(
  services: Services,
  request: Request,
  { soap, name }: { soap: SoapRequest; name: string },
  principal: Principal,
  log: Logger,
  correlationId: string,
): Promise<Response> {
  const element = answerElement(name);
  if (element === null) return soapFault(new SchemaError(`there is no operation ${name.slice(0, 100)}.`));
  const mailboxes = createMailboxes(services, principal, correlationId);
  const touched = new Set<string>();
  const note = (answer: object | null, error: unknown = null) =>
    recordOperation(context, request.headers, { name, asked: soap.operation, answer, error, touched });
  const context: EwsContext = {
    ...{ services, principal, log, correlationId, own: mailboxes.own },
    open: async (mailbox) => {
      const box = await mailboxes.open(mailbox);
      touched.add(box.ref.mailboxId);
      return box;
    },
    url: new URL(request.url),
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, 255),
    requestedVersion: attributeOf(child(soap.header, 'RequestServerVersion'), 'Version'),
    timeZoneContext: child(soap.header, 'TimeZoneContext'),
    bytesOf: (element) => longBytes(soap.long, element),
  };
  let told = false;
  try {
    const operation = OPERATIONS.get(name);
    if (operation === undefined) {
      throw new EwsError('ErrorInvalidOperation', `The operation ${name} is not supported by this server.`);
    }
    const answer = await operation(soap.operation, context);
    told = true;
    note(answer);
    if ('response' in answer && answer.response instanceof Response) return answer.response;
    const content = answer as Exclude<typeof answer, { response: Response }>;
    return await envelope(writeElement(element, inPrecision(content, soap.header)), takesGzip(request));
  } catch (error) {
    if (!told) note(null, error);
    if (error instanceof SchemaError) return soapFault(error);
    const known = ownFault(context, name, error);
    const body = refusal(name, known);
    if (body !== null) return envelope(writeElement(element, body));
    return soapFault(known, [OWN_FAULT, 'ErrorServerBusy'].includes(known.code) ? 503 : 400);
  }
}
