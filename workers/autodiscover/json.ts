import { canonicalAddress } from '../../core/mail/recipients.ts';
import type { Endpoints } from './endpoints.ts';

/**
 * The JSON form (version 2): where a protocol is to be found for an address. Nobody is asked to sign in, and nothing is
 * looked up: it is the same for every address.
 */
export function answerJson(request: Request, pathAddress: string | null, to: Endpoints): Response {
  const query = new Map<string, string>();
  for (const [name, value] of new URL(request.url).searchParams) {
    // Of a name that comes twice the first counts, for everybody.
    if (!query.has(name.toLowerCase())) query.set(name.toLowerCase(), value);
  }
  const address = (pathAddress ?? query.get('email') ?? '').trim();
  if (address === '') return failed('MandatoryParameterMissing', 'An e-mail address must be given.');
  if (canonicalAddress(address) === null) return failed('InvalidUserId', 'The given address is not valid.');
  const protocol = (query.get('protocol') ?? '').trim().toLowerCase();
  if (protocol === '') return failed('MissingProtocol', "The parameter 'Protocol' must be given.");
  switch (protocol) {
    case 'activesync':
      return json({ Protocol: 'ActiveSync', Url: to.activeSync });
    case 'autodiscoverv1':
      return json({ Protocol: 'AutodiscoverV1', Url: to.pox });
    case 'ews':
      return json({ Protocol: 'EWS', Url: to.ews });
  }
  return failed(
    'ProtocolNotSupported',
    "The given protocol is not supported. Supported are 'ActiveSync,AutodiscoverV1,Ews'.",
  );
}

function failed(code: string, message: string): Response {
  return json({ ErrorCode: code, ErrorMessage: message }, 400);
}

function json(value: object, status = 200): Response {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  return new Response(JSON.stringify(value), { status, headers });
}
