import { EXCHANGE_VERSION } from '../../../shared/exchange-version.ts';
import { el, type Xml, xmlResponse } from '../xml.ts';

export type SoapVersion = '1.1' | '1.2';

export const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
export const NIL = `xmlns:i="${XSI}" i:nil="true"`;
const NAMESPACE = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';
const ADDRESSING = 'http://www.w3.org/2005/08/addressing';
const SOAP = {
  '1.1': { namespace: 'http://schemas.xmlsoap.org/soap/envelope/', type: 'text/xml' },
  '1.2': { namespace: 'http://www.w3.org/2003/05/soap-envelope', type: 'application/soap+xml' },
} as const;

/** The version of SOAP by the type of the request: the answer is in the same one. */
export function versionOf(contentType: string | null): SoapVersion {
  return /^\s*application\/soap\+xml\b/i.test(contentType ?? '') ? '1.2' : '1.1';
}

function envelope(
  version: SoapVersion,
  action: string,
  relatesTo: string | null,
  body: Xml,
  status: number,
): Response {
  const { namespace, type } = SOAP[version];
  const { major, minor, majorBuild, minorBuild } = EXCHANGE_VERSION;
  const header = el(
    's:Header',
    el('a:Action s:mustUnderstand="1"', `${NAMESPACE}/Autodiscover/${action}`),
    el(
      `ServerVersionInfo xmlns="${NAMESPACE}"`,
      el('MajorVersion', String(major)),
      el('MinorVersion', String(minor)),
      el('MajorBuildNumber', String(majorBuild)),
      el('MinorBuildNumber', String(minorBuild)),
      el('Version', 'Exchange2016'),
    ),
    relatesTo === null ? null : el('a:RelatesTo', relatesTo),
  );
  return xmlResponse(
    el(`s:Envelope xmlns:s="${namespace}" xmlns:a="${ADDRESSING}"`, header, el('s:Body', body)),
    { type, status },
  );
}

export interface SoapAnswer {
  name: 'GetUserSettings' | 'GetDomainSettings';
  code: 'NoError' | 'InvalidRequest';
  message: string;
  responses: Xml[];
}

/** MS-OXWSADISC 3.1.4.1.2.2, 3.1.4.2.2.2. */
export function answer(version: SoapVersion, relatesTo: string | null, said: SoapAnswer): Response {
  const list = said.name === 'GetUserSettings' ? 'UserResponses' : 'DomainResponses';
  const body = el(
    `${said.name}ResponseMessage xmlns="${NAMESPACE}"`,
    el('Response', el('ErrorCode', said.code), el('ErrorMessage', said.message), el(list, ...said.responses)),
  );
  return envelope(version, `${said.name}Response`, relatesTo, body, 200);
}

export function fault(version: SoapVersion, status: 400 | 413, message: string): Response {
  const body =
    version === '1.1'
      ? el(
          `s:Fault xmlns:d="${NAMESPACE}"`,
          el('faultcode', 'd:InvalidRequest'),
          el('faultstring xml:lang="en-US"', message),
        )
      : el(
          `s:Fault xmlns:d="${NAMESPACE}"`,
          el('s:Code', el('s:Value', 's:Sender'), el('s:Subcode', el('s:Value', 'd:InvalidRequest'))),
          el('s:Reason', el('s:Text xml:lang="en-US"', message)),
        );
  return envelope(version, 'Fault', null, body, status);
}
