import { InvalidInputError } from '../../core/errors.ts';
import type { CarrierSetting } from '../../core/ports/carriers.ts';

export const LINKS_SETTING = 'attachmentLinks';

const SIMPLE = ['none', 'cloudflare-email', 'external'] as const;
const SECURITY = ['tls', 'starttls', 'opportunistic', 'plain'] as const;
const MECHANISMS = ['auto', 'plain', 'login', 'xoauth2'] as const;

type Relay = Extract<CarrierSetting, { kind: 'smtp-relay' }>;

/** As it is kept: with its secret, sealed. */
export type StoredSetting = (Relay & { sealedSecret: string | null }) | Exclude<CarrierSetting, Relay>;

/** The tenant setting `carriers`; null when there is none, or none that makes sense. */
export function readSetting(value: unknown, maxBytes: number): StoredSetting | null {
  if (!isRecord(value)) return null;
  const simple = SIMPLE.find((one) => one === value['kind']);
  if (simple !== undefined) return { kind: simple };
  const { host, port, auth } = value;
  const security = SECURITY.find((one) => one === value['security']);
  if (value['kind'] !== 'smtp-relay' || typeof host !== 'string' || typeof port !== 'number') return null;
  if (security === undefined) return null;
  const user = isRecord(auth) ? auth['user'] : null;
  const mechanism = isRecord(auth) ? MECHANISMS.find((one) => one === auth['mechanism']) : undefined;
  const sealed = value['sealedSecret'];
  const limit = value['maxBytes'];
  return {
    ...{ kind: 'smtp-relay', host, port, security },
    auth: typeof user === 'string' ? { user, mechanism: mechanism ?? 'auto' } : null,
    sealedSecret: typeof sealed === 'string' ? sealed : null,
    maxBytes: typeof limit === 'number' && limit > 0 ? limit : maxBytes,
  };
}

/** Without what nobody is shown. */
export function publicSetting(setting: StoredSetting): CarrierSetting {
  if (setting.kind !== 'smtp-relay') return setting;
  const { sealedSecret: _, ...shown } = setting;
  return shown;
}

/** The installation's own choice, which its operator makes and answers for. */
export interface InstallationDefault {
  setting: CarrierSetting;
  secret: string | null;
}

const SCHEMES: Record<string, Relay['security']> = {
  'smtps:': 'tls',
  'smtp+starttls:': 'starttls',
  'smtp+opportunistic:': 'opportunistic',
  'smtp:': 'plain',
};

/**
 * OUTBOUND_DEFAULT: `none`, `cloudflare-email`, `external`, or a relay as `smtps://user:password@host:465`, where the scheme may
 * also be smtp+starttls, smtp+opportunistic or smtp (in the clear) and `?mechanism=` names one of auto, plain, login,
 * xoauth2. Throws InvalidInputError, without the secret in its words.
 */
export function parseDefault(text: string, maxBytes: number): InstallationDefault {
  const simple = SIMPLE.find((one) => one === text);
  if (simple !== undefined) return { setting: { kind: simple }, secret: null };
  const wrong = (what: string) => new InvalidInputError(`OUTBOUND_DEFAULT: ${what}`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong('neither none, cloudflare-email, external nor the URL of a relay');
  }
  const security = SCHEMES[url.protocol];
  if (security === undefined) throw wrong(`not a scheme of a relay: ${url.protocol}`);
  if (url.hostname === '') throw wrong('no host');
  const mechanism = MECHANISMS.find((one) => one === (url.searchParams.get('mechanism') ?? 'auto'));
  if (mechanism === undefined) throw wrong(`mechanism is one of ${MECHANISMS.join(', ')}`);
  const user = decodeURIComponent(url.username);
  return {
    setting: {
      ...{ kind: 'smtp-relay', host: url.hostname.replace(/^\[(.*)\]$/, '$1'), security, maxBytes },
      port: url.port === '' ? (security === 'tls' ? 465 : 587) : Number(url.port),
      auth: user === '' ? null : { mechanism, user },
    },
    secret: user === '' ? null : decodeURIComponent(url.password),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
