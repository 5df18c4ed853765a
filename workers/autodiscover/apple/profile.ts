import { canonicalAddress } from '../../../core/mail/recipients.ts';
import { signCms } from '../../../platform/certificates/cms.ts';
import type { Config } from '../../../platform/config.ts';
import type { Endpoints } from '../endpoints.ts';
import { uuidOf } from '../subject.ts';
import { type PlistValue, plist } from './plist.ts';

/** Days of mail that a phone keeps at first. */
const PAST_DAYS = 7;

/**
 * A configuration profile for Apple's devices: ActiveSync for iOS, EWS for macOS. It holds no password, and is made for
 * whatever address is named, so that it says nothing of who is here. Signed when the installation has a certificate for
 * it; otherwise the device says that it is not.
 */
export async function answerAppleProfile(
  request: Request,
  system: 'ios' | 'macos',
  to: Endpoints,
  config: Pick<Config, 'profileSigner'>,
): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const address = canonicalAddress((query.get('emailaddress') ?? query.get('email') ?? '').trim());
  if (address === null) {
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
    return new Response('emailaddress must be given\n', { status: 400, headers });
  }
  const text = plist(await profile(address, system, to));
  const bytes = new Uint8Array(new TextEncoder().encode(text));
  const body = config.profileSigner === null ? bytes : await signCms(bytes, config.profileSigner, new Date());
  return new Response(body, {
    headers: {
      'content-type': 'application/x-apple-aspen-config',
      'content-disposition': `attachment; filename="waypost-${system}.mobileconfig"`,
      'cache-control': 'no-store',
    },
  });
}

async function profile(address: string, system: 'ios' | 'macos', to: Endpoints): Promise<PlistValue> {
  const identifier = `${to.host}.${system}.${(await uuidOf(`${to.host} ${system} ${address}`)).toUpperCase()}`;
  const head = async (name: string) => ({
    PayloadIdentifier: name,
    PayloadUUID: (await uuidOf(`profile ${name}`)).toUpperCase(),
    PayloadVersion: 1,
  });
  const account = {
    ...(await head(`${identifier}.account`)),
    PayloadDisplayName: address,
    EmailAddress: address,
    UserName: address,
    Host: to.host,
    SSL: to.secure,
  };
  const payload: PlistValue =
    system === 'ios'
      ? { PayloadType: 'com.apple.eas.account', ...account, MailNumberOfPastDaysToSync: PAST_DAYS }
      : {
          PayloadType: 'com.apple.ews.account',
          ...account,
          Port: to.port,
          Path: new URL(to.ews).pathname,
          ExternalHost: to.host,
          ExternalSSL: to.secure,
          ExternalPort: to.port,
          ExternalPath: new URL(to.ews).pathname,
        };
  return {
    PayloadType: 'Configuration',
    ...(await head(identifier)),
    PayloadDisplayName: `Mail of ${address}`,
    PayloadDescription: `Sets up mail, calendar and contacts of ${address}.`,
    PayloadOrganization: to.host,
    PayloadContent: [payload],
  };
}
