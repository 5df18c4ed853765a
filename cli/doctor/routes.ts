import { connect } from 'node:tls';
import { type DoctorFinding, fine, trouble, warning } from '../../shared/admin/doctor.ts';
import { reasonOf } from '../admin-client.ts';

type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

interface Route {
  name: string;
  method: 'GET' | 'OPTIONS' | 'POST';
  path: string;
  /** Why the answer is not what it should be; null: it is. */
  wrong(response: Response): string | null;
}

/** Who is not signed in is asked for a password by our Worker, and by no other that happens to answer there. */
const asksForPassword = (response: Response) =>
  response.status === 401 && /^Basic realm="Waypost"/.test(response.headers.get('www-authenticate') ?? '')
    ? null
    : `answers ${response.status}`;
const isFine = (response: Response) => (response.ok ? null : `answers ${response.status}`);

const ROUTES: readonly Route[] = [
  { name: 'healthz', method: 'GET', path: '/healthz', wrong: isFine },
  { name: 'readyz', method: 'GET', path: '/readyz', wrong: isFine },
  { name: 'activesync', method: 'OPTIONS', path: '/Microsoft-Server-ActiveSync', wrong: asksForPassword },
  { name: 'ews', method: 'GET', path: '/EWS/Services.wsdl', wrong: asksForPassword },
  { name: 'autodiscover', method: 'POST', path: '/autodiscover/autodiscover.xml', wrong: asksForPassword },
];
const PATIENCE_MS = 15_000;
const CERTIFICATE_DAYS = 14;

/** Each edge answers under the address of the installation. */
export async function lookAtRoutes(origin: URL, ask: Fetch = fetch): Promise<DoctorFinding[]> {
  return Promise.all(
    ROUTES.map(async ({ name, method, path, wrong }) => {
      const check = `route.${name}`;
      try {
        const response = await ask(new URL(path, origin), {
          method,
          redirect: 'manual',
          signal: AbortSignal.timeout(PATIENCE_MS),
        });
        const why = wrong(response);
        if (why === null) return fine(check, `${method} ${path}`);
        const text = (await response.text()).replace(/\s+/g, ' ').slice(0, 160);
        const mend =
          name === 'readyz'
            ? 'look at the findings of its bindings'
            : 'look at routes in the configuration: the whole host must go to the Worker ("waypost setup" deploys it)';
        return trouble(check, `${method} ${path} ${why}: ${text}`, mend);
      } catch (error) {
        const mend =
          'look at the DNS record of the host and at the custom domain of the Worker in the dashboard';
        return trouble(check, `${method} ${path}: ${reasonOf(error)}`, mend);
      }
    }),
  );
}

/** The certificate of the host is good, and for how long. */
export function lookAtCertificate(origin: URL): Promise<DoctorFinding> {
  const check = 'certificate';
  if (origin.protocol !== 'https:')
    return Promise.resolve(warning(check, `${origin.origin} is plain http`, 'reach it by https'));
  const port = origin.port === '' ? 443 : Number(origin.port);
  const mend = "look at the host's certificate in the dashboard (SSL/TLS, Edge Certificates)";
  return new Promise((resolve) => {
    const socket = connect({
      host: origin.hostname,
      port,
      servername: origin.hostname,
      timeout: PATIENCE_MS,
    });
    const end = (finding: DoctorFinding) => {
      socket.destroy();
      resolve(finding);
    };
    socket.on('secureConnect', () => {
      const until = Date.parse(socket.getPeerCertificate().valid_to);
      const days = Math.floor((until - Date.now()) / 86_400_000);
      const what = `good for ${days} days`;
      end(days < CERTIFICATE_DAYS ? warning(check, what, mend) : fine(check, what));
    });
    socket.on('timeout', () => end(trouble(check, 'the host does not answer', mend)));
    socket.on('error', (error) => end(trouble(check, error.message, mend)));
  });
}
