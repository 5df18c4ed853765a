import { type XmlElement, XmlError } from '../../../codecs/soap/parse.ts';
import { at, child, children, textOf } from '../../../codecs/soap/read.ts';
import type { Principal } from '../../../core/identity/types.ts';
import { canonicalDomain } from '../../../core/mail/recipients.ts';
import type { Services } from '../../../platform/services.ts';
import type { Endpoints } from '../endpoints.ts';
import { readDocument } from '../read-body.ts';
import { findSubject } from '../subject.ts';
import { el, type Xml } from '../xml.ts';
import { answer, fault, NIL, versionOf, XSI } from './envelope.ts';
import { domainSettings, isSettingName, userSettings } from './settings.ts';

/** Of one request (MS-OXWSADISC 3.1.4.1). */
const MAX_USERS = 100;
const MAX_SETTINGS = 200;
const MAX_NAME = 64;

interface Asked {
  services: Pick<Services, 'directory'>;
  principal: Principal;
  to: Endpoints;
  settings: string[];
}

/** The SOAP service (MS-OXWSADISC): GetUserSettings and GetDomainSettings. */
export async function answerSoap(
  services: Pick<Services, 'directory'>,
  request: Request,
  principal: Principal,
  to: Endpoints,
): Promise<Response> {
  let document: XmlElement;
  try {
    document = await readDocument(request);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return fault(
      '1.1',
      error.kind === 'limits' ? 413 : 400,
      'The request is not a document that can be read.',
    );
  }
  const version = versionOf(request.headers.get('content-type'));
  const [operation, ...more] = child(document, 'Body')?.children ?? [];
  if (document.name !== 'Envelope' || operation === undefined || more.length > 0) {
    return fault(version, 400, 'The request is no SOAP envelope with one operation.');
  }
  const relatesTo = at(document, 'Header', 'MessageID')?.text.trim().slice(0, 200) ?? null;
  const users = operation.name === 'GetUserSettingsRequestMessage';
  if (!users && operation.name !== 'GetDomainSettingsRequestMessage') {
    return fault(version, 400, 'The operation is not supported.');
  }
  const name = users ? 'GetUserSettings' : 'GetDomainSettings';
  const asked = child(operation, 'Request');
  const settings = children(child(asked, 'RequestedSettings'), 'Setting').map((one) => one.text.trim());
  const subjects = users
    ? children(child(asked, 'Users'), 'User').map((one) => textOf(one, 'Mailbox') ?? '')
    : children(child(asked, 'Domains'), 'Domain').map((one) => one.text.trim());
  const wrong = faultOf(subjects, settings, users ? 'user' : 'domain');
  const context = { services, principal, to, settings: [...new Set(settings)] };
  const responses: Xml[] = [];
  if (wrong === null) {
    for (const one of subjects) responses.push(await (users ? userResponse : domainResponse)(context, one));
  }
  return answer(version, relatesTo, {
    name,
    code: wrong === null ? 'NoError' : 'InvalidRequest',
    message: wrong ?? '',
    responses,
  });
}

function faultOf(subjects: readonly string[], settings: readonly string[], what: string): string | null {
  if (subjects.length === 0) return `There must be at least one ${what} in the request.`;
  if (subjects.length > MAX_USERS) return `The request has more than ${MAX_USERS} of ${what}s.`;
  if (settings.length === 0) return 'There must be at least one requested setting.';
  return settings.length > MAX_SETTINGS ? 'The request has too many settings.' : null;
}

async function userResponse({ services, principal, to, settings }: Asked, address: string): Promise<Xml> {
  const found = await findSubject(services, principal, address);
  if (found.kind === 'redirect') {
    return el(
      'UserResponse',
      el('ErrorCode', 'RedirectAddress'),
      el('ErrorMessage', 'Redirection address.'),
      el('RedirectTarget', found.address),
      el('UserSettingErrors'),
      el('UserSettings'),
    );
  }
  const known = found.kind === 'settings' ? userSettings(found.subject, to) : null;
  if (known === null) return refused('User', 'InvalidUser', 'The user cannot be found.');
  return el(
    'UserResponse',
    el('ErrorCode', 'NoError'),
    el('ErrorMessage', 'No error.'),
    el(`RedirectTarget ${NIL}`),
    el('UserSettingErrors', ...settings.flatMap((one) => (known.has(one) ? [] : settingError('User', one)))),
    el('UserSettings', ...settings.flatMap((one) => setting('UserSetting', 'StringSetting', one, known))),
  );
}

async function domainResponse({ services, principal, to, settings }: Asked, name: string): Promise<Xml> {
  const domain = canonicalDomain(name);
  const known = domain === null ? null : await services.directory.getDomain(domain);
  if (known === null || known.tenantId !== principal.tenant.tenantId || !known.enabled) {
    return refused('Domain', 'InvalidDomain', 'The domain cannot be found.');
  }
  const values = domainSettings(to);
  return el(
    'DomainResponse',
    el('ErrorCode', 'NoError'),
    el('ErrorMessage', 'No error.'),
    el(
      'DomainSettingErrors',
      ...settings.flatMap((one) => (values.has(one) ? [] : settingError('Domain', one))),
    ),
    el(
      'DomainSettings',
      ...settings.flatMap((one) => setting('DomainSetting', 'DomainStringSetting', one, values)),
    ),
    el(`RedirectTarget ${NIL}`),
  );
}

function refused(what: 'User' | 'Domain', code: string, message: string): Xml {
  const errors = el(`${what}SettingErrors`);
  const settings = el(`${what}Settings`);
  const target = el(`RedirectTarget ${NIL}`);
  const head = [el('ErrorCode', code), el('ErrorMessage', message)];
  return el(
    `${what}Response`,
    ...head,
    ...(what === 'User' ? [target, errors, settings] : [errors, settings, target]),
  );
}

function setting(element: string, type: string, name: string, known: ReadonlyMap<string, string>): Xml[] {
  const value = known.get(name);
  if (value === undefined) return [];
  return [el(`${element} xmlns:i="${XSI}" i:type="${type}"`, el('Name', name), el('Value', value))];
}

/** A setting that is not given, and one that there is not. What is no name of a setting at all is not repeated. */
function settingError(what: 'User' | 'Domain', name: string): Xml[] {
  if (!/^[A-Za-z0-9]+$/.test(name) || name.length > MAX_NAME) return [];
  const known = isSettingName(name);
  return [
    el(
      `${what}SettingError`,
      el('ErrorCode', known ? 'SettingIsNotAvailable' : 'InvalidSetting'),
      el('ErrorMessage', known ? `Setting '${name}' is not available.` : `Setting '${name}' is invalid.`),
      el('SettingName', name),
    ),
  ];
}
