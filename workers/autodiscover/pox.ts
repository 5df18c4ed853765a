import type { XmlElement } from '../../codecs/soap/parse.ts';
import { XmlError } from '../../codecs/soap/parse.ts';
import { child, textOf } from '../../codecs/soap/read.ts';
import type { Principal } from '../../core/identity/types.ts';
import type { Services } from '../../platform/services.ts';
import { EXCHANGE_VERSION } from '../../shared/exchange-version.ts';
import type { Endpoints } from './endpoints.ts';
import { readDocument } from './read-body.ts';
import { findSubject, type Subject } from './subject.ts';
import { el, type Xml, xmlResponse } from './xml.ts';

const BASE = 'http://schemas.microsoft.com/exchange/autodiscover';
const MOBILE = `${BASE}/mobilesync/responseschema/2006`;
const OUTLOOK = [`${BASE}/outlook/responseschema/2006`, `${BASE}/outlook/responseschema/2006a`];

type PoxServices = Pick<Services, 'directory' | 'now'>;

/**
 * Plain XML: ActiveSync (MS-ASCMD 2.2.1.1) and Outlook (MS-OXDSCLI 2.2.3, 2.2.4). Errors are documents too, with status
 * 200, for clients that read nothing else; only what is no request at all is refused by HTTP.
 */
export async function answerPox(
  services: PoxServices,
  request: Request,
  principal: Principal,
  to: Endpoints,
): Promise<Response> {
  let document: XmlElement;
  try {
    // A GET is the question whether somebody is here (MS-OXDSCLI 3.1.5).
    if (request.method !== 'POST') return failed(services, 600, 'Invalid Request');
    document = await readDocument(request);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const status = error.kind === 'doctype' ? 400 : error.kind === 'limits' ? 413 : 200;
    return failed(services, 600, 'Invalid Request', status);
  }
  const asked = child(document, 'Request');
  const address = textOf(asked, 'EMailAddress');
  if (document.name !== 'Autodiscover' || address === null || address === '') {
    return failed(services, 600, 'Invalid Request');
  }
  const schema = (textOf(asked, 'AcceptableResponseSchema') ?? '').toLowerCase();
  if (schema !== MOBILE && !OUTLOOK.includes(schema)) {
    return failed(services, 601, 'Provider is not available');
  }
  const found = await findSubject(services, principal, address);
  if (found.kind === 'unknown') return failed(services, 500, 'The email address cannot be found.');
  if (schema === MOBILE) {
    const action =
      found.kind === 'redirect' ? el('Redirect', found.address) : el('Settings', mobileServer(to));
    return mobile(found.kind === 'redirect' ? null : found.subject, action);
  }
  return found.kind === 'redirect'
    ? outlook(schema, [el('Account', el('Action', 'redirectAddr'), el('RedirectAddr', found.address))])
    : outlook(schema, outlookSettings(found.subject, to));
}

function wrapped(schema: string, ...content: Xml[]): Response {
  return xmlResponse(
    el(`Autodiscover xmlns="${BASE}/responseschema/2006"`, el(`Response xmlns="${schema}"`, ...content)),
  );
}

function mobile(subject: Subject | null, action: Xml): Response {
  const user =
    subject === null
      ? null
      : el('User', el('DisplayName', subject.displayName), el('EMailAddress', subject.address));
  return wrapped(MOBILE, el('Culture', 'en:us'), ...(user === null ? [] : [user]), el('Action', action));
}

function mobileServer(to: Endpoints): Xml {
  return el('Server', el('Type', 'MobileSync'), el('Url', to.activeSync), el('Name', to.activeSync));
}

function outlook(schema: string, content: Xml[]): Response {
  return wrapped(schema, ...content);
}

/** One address of EWS and nothing that is not there: no mapiHttp, no address book to download, no web mail. */
function outlookSettings(subject: Subject, to: Endpoints): Xml[] {
  const ssl = to.secure ? 'On' : 'Off';
  return [
    el(
      'User',
      el('DisplayName', subject.displayName),
      el('LegacyDN', subject.legacyDn),
      el('AutoDiscoverSMTPAddress', subject.address),
      el('DeploymentId', subject.deploymentId),
    ),
    el(
      'Account',
      el('AccountType', 'email'),
      el('Action', 'settings'),
      el('MicrosoftOnline', 'False'),
      el(
        'Protocol',
        el('Type', 'EXCH'),
        el('Server', to.host),
        el('ServerVersion', serverVersion()),
        el('ASUrl', to.ews),
        el('EwsUrl', to.ews),
        el('OOFUrl', to.ews),
        el('AuthPackage', 'basic'),
      ),
      el(
        'Protocol',
        el('Type', 'EXPR'),
        el('Server', to.host),
        el('SSL', ssl),
        el('AuthPackage', 'Basic'),
        el('ASUrl', to.ews),
        el('EwsUrl', to.ews),
        el('OOFUrl', to.ews),
      ),
    ),
  ];
}

/** The version in 32 bits (MS-OXDSCLI 2.2.4.1.1.2.4.1): 4 fixed ones, major, minor, a fixed one, build. */
function serverVersion(): string {
  const { major, minor, majorBuild } = EXCHANGE_VERSION;
  const bits = 7 * 2 ** 28 + major * 2 ** 22 + minor * 2 ** 16 + 2 ** 15 + majorBuild;
  return bits.toString(16).toUpperCase();
}

/** MS-OXDSCLI 2.2.4.1.2: 600 the request is none, 601 no such provider, 500 no such address. */
function failed(services: PoxServices, code: 500 | 600 | 601, message: string, status = 200): Response {
  const time = new Date(services.now()).toISOString().slice(11, 23);
  const error = el(
    `Error Time="${time}" Id="${Math.floor(services.now() / 1000)}"`,
    el('ErrorCode', String(code)),
    el('Message', message),
    el('DebugData'),
  );
  return xmlResponse(el(`Autodiscover xmlns="${BASE}/responseschema/2006"`, el('Response', error)), {
    status,
  });
}
