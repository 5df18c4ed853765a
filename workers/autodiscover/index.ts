import { recordSignIn } from '../../platform/audit/sign-in.ts';
import { authenticate } from '../../platform/auth/authenticate.ts';
import { httpRefusal } from '../../platform/auth/refusal.ts';
import { correlationIdOf } from '../../platform/correlation.ts';
import { anonymousWait } from '../../platform/limits/anonymous.ts';
import type { Services } from '../../platform/services.ts';
import { answerAppleProfile } from './apple/profile.ts';
import { answerAutoconfig } from './autoconfig.ts';
import { endpointsOf } from './endpoints.ts';
import { answerJson } from './json.ts';
import { answerPox } from './pox.ts';
import { answerSoap } from './soap/index.ts';

export type AutodiscoverRoute =
  | { kind: 'pox' | 'soap' | 'autoconfig' | 'apple-ios' | 'apple-macos' }
  /** `address`: from the path, null when it is in the query. */
  | { kind: 'json'; address: string | null };

const PATHS: ReadonlyMap<string, AutodiscoverRoute> = new Map([
  ['/autodiscover/autodiscover.xml', { kind: 'pox' }],
  ['/autodiscover/autodiscover.svc', { kind: 'soap' }],
  ['/autodiscover/autodiscover.json', { kind: 'json', address: null }],
  ['/mail/config-v1.1.xml', { kind: 'autoconfig' }],
  ['/.well-known/autoconfig/mail/config-v1.1.xml', { kind: 'autoconfig' }],
  // As Nine asks.
  ['/v1.1/mail/config-v1.1.xml', { kind: 'autoconfig' }],
  ['/mobileconfig/ios.mobileconfig', { kind: 'apple-ios' }],
  ['/mobileconfig/macos.mobileconfig', { kind: 'apple-macos' }],
] as const);
const JSON_PATH = '/autodiscover/autodiscover.json/v1.0/';

/**
 * What a path asks for, null when it is not for this edge. Only the parsed path counts, as a whole and in any letter case:
 * no prefix, no query and no header can make another request of it (A32).
 */
export function autodiscoverRoute(pathname: string): AutodiscoverRoute | null {
  const lower = pathname.toLowerCase();
  const known = PATHS.get(lower);
  if (known !== undefined) return known;
  if (!lower.startsWith(JSON_PATH)) return null;
  const rest = pathname.slice(JSON_PATH.length);
  if (rest === '' || rest.includes('/')) return null;
  try {
    return { kind: 'json', address: decodeURIComponent(rest) };
  } catch {
    return null;
  }
}

/** The edge through which clients find out where everything is: one function from request to response. */
export function createAutodiscover(
  services: Services,
): (request: Request, route: AutodiscoverRoute) => Promise<Response> {
  return async (request, route) => {
    const correlationId = correlationIdOf(request.headers);
    const started = services.now();
    const response = await handle(services, request, route, correlationId);
    services.log.with({ correlationId, edge: 'autodiscover' }).info('autodiscover.request', {
      ...{ form: route.kind, method: request.method, status: response.status, ms: services.now() - started },
    });
    response.headers.set('x-correlation-id', correlationId);
    response.headers.set('x-content-type-options', 'nosniff');
    return response;
  };
}

async function handle(
  services: Services,
  request: Request,
  route: AutodiscoverRoute,
  correlationId: string,
): Promise<Response> {
  const { config } = services;
  const wait = await anonymousWait(request, services);
  if (wait > 0) return plain(429, 'too many requests\n', { 'retry-after': String(wait) });
  const url = new URL(request.url);
  const to = endpointsOf(url, config);
  const asksForDocument = route.kind === 'pox' || route.kind === 'soap';
  const allowed = asksForDocument ? ['GET', 'HEAD', 'POST'] : ['GET', 'HEAD'];
  if (!allowed.includes(request.method)) {
    return plain(405, 'method not allowed\n', { allow: allowed.join(', ') });
  }
  switch (route.kind) {
    case 'json':
      return answerJson(request, route.address, to);
    case 'autoconfig':
      return answerAutoconfig(request, to);
    case 'apple-ios':
    case 'apple-macos':
      return answerAppleProfile(request, route.kind === 'apple-ios' ? 'ios' : 'macos', to, config);
  }
  const auth = await authenticate(request, services, { protocol: 'autodiscover' });
  recordSignIn(services, request, auth, { protocol: 'autodiscover', correlationId });
  if (auth.kind !== 'ok') {
    const { status, text, headers } = await httpRefusal(auth, services);
    headers.set('content-type', 'text/plain; charset=utf-8');
    // Clients that begin with a GET learn from it that there is a SOAP service beside the plain XML.
    if (auth.kind === 'denied') headers.set('x-soap-enabled', 'True');
    return new Response(`${text}\n`, { status, headers });
  }
  if (route.kind === 'pox') return answerPox(services, request, auth.principal, to);
  if (request.method !== 'POST') return plain(200, 'This address is for mail programs.\n');
  return answerSoap(services, request, auth.principal, to);
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(text, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}
