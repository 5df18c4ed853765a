/** Which way the mail of a tenant goes to other hosts, and the ways themselves. */
import { InvalidInputError } from '../../core/errors.ts';
import { CARRIER_SETTING, relayOwner } from '../../core/keys/owners.ts';
import type { Carrier } from '../../core/ports/carrier.ts';
import type { CarrierSetting, Carriers, NewCarrierSetting } from '../../core/ports/carriers.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import type { Seal } from '../../core/ports/seal.ts';
import { createCloudflareEmail, type EmailBinding, type MakeEmail } from '../cloudflare-email/index.ts';
import { externalCarrier } from '../external/carrier.ts';
import {
  type Connect,
  createSmtpRelay,
  DEFAULT_TIMEOUTS,
  probeRelay,
  type RelayCarrier,
  type RelayHost,
  type RelayTimeouts,
} from '../smtp-relay/index.ts';
import {
  type InstallationDefault,
  LINKS_SETTING,
  parseDefault,
  publicSetting,
  readSetting,
  type StoredSetting,
} from './setting.ts';

export interface CarrierServices {
  directory: Pick<DirectoryStore, 'getTenantSetting' | 'putTenantSetting'>;
  /** The same, perhaps some seconds old: what a message that leaves asks. */
  recent: Pick<DirectoryStore, 'getTenantSetting'>;
  /** Null when the installation has no SECRETS_KEY: then no password can be kept. */
  seal: Seal | null;
  /** Which hosts tenants may name (platform/host-check.ts). */
  hosts: {
    /** By form alone; throws with words for an admin. */
    form(host: string, port: number): { host: string };
    /** With a look at what the name stands for now; rejects likewise. */
    now(host: string, port: number): Promise<unknown>;
    /** Hosts of this machine may be named. */
    allowPrivate: boolean;
  };
  connect: Connect;
  /** Null when the Worker has no such binding. */
  email: { binding: EmailBinding; make: MakeEmail } | null;
  config: {
    /** OUTBOUND_DEFAULT. */
    outboundDefault: string;
    /** What EHLO says of us. */
    heloName: string;
    maxMessageBytes: number;
    timeouts?: Partial<RelayTimeouts>;
  };
  /** Milliseconds since the epoch. */
  now(): number;
  defer(work: Promise<unknown>): void;
}

/** How long a choice counts before it is read again. */
const REMEMBER_MS = 30_000;

type Relay = Extract<CarrierSetting, { kind: 'smtp-relay' }>;

/** One for each invocation: connections do not outlive it. */
export function createCarriers(services: CarrierServices): Carriers {
  const { directory, config, hosts } = services;
  /** By their choice as text: tenants with the same one, that of the installation, share its connections. */
  const ways = new Map<string, Carrier>();
  const remembered = new Map<string, { until: number; way: string }>();
  let installation: InstallationDefault | null = null;

  function ofInstallation(): InstallationDefault {
    installation ??= parseDefault(config.outboundDefault, config.maxMessageBytes);
    return installation;
  }

  async function ofTenant(tenantId: string, from = services.recent): Promise<StoredSetting | null> {
    return readSetting(await from.getTenantSetting(tenantId, CARRIER_SETTING), config.maxMessageBytes);
  }

  function hostOf(setting: Relay, secret: string | null): RelayHost {
    const { host, port, security, auth } = setting;
    return {
      ...{ host, port, security },
      credentials: auth === null || secret === null ? null : { ...auth, secret },
      clearCredentials: security === 'plain' && hosts.allowPrivate && isThisMachine(host),
      heloName: config.heloName,
      timeouts: { ...DEFAULT_TIMEOUTS, ...config.timeouts },
    };
  }

  async function secretOf(tenantId: string, setting: StoredSetting): Promise<string | null> {
    if (setting.kind !== 'smtp-relay' || setting.auth === null || setting.sealedSecret === null) return null;
    if (services.seal === null) throw new Error('the password of the relay needs SECRETS_KEY');
    return new TextDecoder().decode(await services.seal.open(relayOwner(tenantId), setting.sealedSecret));
  }

  function make(setting: CarrierSetting, secret: string | null, trusted: boolean): Carrier | null {
    if (setting.kind === 'none') return null;
    if (setting.kind === 'external') return externalCarrier(config.maxMessageBytes);
    if (setting.kind === 'cloudflare-email') {
      if (services.email === null) throw new Error('the Worker has no binding SEND_EMAIL');
      return createCloudflareEmail(services.email.binding, services.email.make);
    }
    return createSmtpRelay(
      {
        connect: services.connect,
        // The operator of the installation names any host; tenants only those that everybody can reach.
        permit: async ({ host, port }) => void (trusted || (await hosts.now(host, port))),
        defer: services.defer,
      },
      hostOf(setting, secret),
      { maxBytes: setting.maxBytes },
    );
  }

  async function choice(tenantId: string, from = services.recent) {
    const own = await ofTenant(tenantId, from);
    if (own === null) return { ...ofInstallation(), trusted: true };
    return { setting: publicSetting(own), secret: await secretOf(tenantId, own), trusted: false };
  }

  return {
    async carrierFor(tenantId) {
      const known = remembered.get(tenantId);
      if (known !== undefined && known.until > services.now()) return ways.get(known.way) ?? null;
      const { setting, secret, trusted } = await choice(tenantId, directory);
      const way = JSON.stringify([setting, secret, trusted]);
      if (!ways.has(way)) {
        const made = make(setting, secret, trusted);
        if (made !== null) ways.set(way, made);
      }
      remembered.set(tenantId, { until: services.now() + REMEMBER_MS, way });
      return ways.get(way) ?? null;
    },

    async inForce(tenantId) {
      const own = await ofTenant(tenantId, directory);
      return {
        setting: own === null ? ofInstallation().setting : publicSetting(own),
        from: own === null ? 'installation' : 'tenant',
        attachmentLinks: (await directory.getTenantSetting(tenantId, LINKS_SETTING)) === true,
      };
    },

    async choose(tenantId, setting) {
      if (setting.kind === 'cloudflare-email' && services.email === null) {
        throw new InvalidInputError('this installation has no binding SEND_EMAIL');
      }
      const stored =
        setting.kind === 'smtp-relay'
          ? await storedRelay(services, tenantId, setting, await ofTenant(tenantId, directory))
          : setting;
      await directory.putTenantSetting(tenantId, CARRIER_SETTING, stored);
      remembered.delete(tenantId);
    },

    async setAttachmentLinks(tenantId, on) {
      await directory.putTenantSetting(tenantId, LINKS_SETTING, on ? true : null);
    },

    async forget(tenantId) {
      await directory.putTenantSetting(tenantId, CARRIER_SETTING, null);
      remembered.delete(tenantId);
    },

    async probe(tenantId) {
      const { setting, secret, trusted } = await choice(tenantId);
      if (setting.kind !== 'smtp-relay')
        throw new InvalidInputError('mail of this tenant does not go by a relay');
      if (!trusted) await refusing(() => hosts.now(setting.host, setting.port));
      return probeRelay(services.connect, hostOf(setting, secret));
    },

    async close() {
      await Promise.all(
        [...ways.values()].map((way) => ('close' in way ? (way as RelayCarrier).close() : undefined)),
      );
    },
  };
}

async function storedRelay(
  { hosts, seal, config }: CarrierServices,
  tenantId: string,
  setting: Extract<NewCarrierSetting, { kind: 'smtp-relay' }>,
  before: StoredSetting | null,
): Promise<StoredSetting> {
  const { port, security, auth = null, maxBytes = config.maxMessageBytes } = setting;
  const { host } = await refusing(async () => hosts.form(setting.host, port));
  const base = { kind: 'smtp-relay', host, port, security, maxBytes } as const;
  if (auth === null) return { ...base, auth: null, sealedSecret: null };
  if (security === 'plain' && !(hosts.allowPrivate && isThisMachine(host))) {
    throw new InvalidInputError('credentials are sent with TLS only: security is tls or starttls');
  }
  const { user, mechanism = 'auto', secret } = auth;
  if (secret === undefined) {
    // A secret stays with the host it was given for.
    const same = before?.kind === 'smtp-relay' && before.host === host && before.auth?.user === user;
    if (!same || before.sealedSecret === null) throw new InvalidInputError('the secret is missing');
    return { ...base, auth: { user, mechanism }, sealedSecret: before.sealedSecret };
  }
  if (/[\0\x01]/.test(user + secret))
    throw new InvalidInputError('user and secret hold no control characters');
  if (seal === null) {
    throw new InvalidInputError('a secret can only be kept with SECRETS_KEY (at least 32 characters) set');
  }
  const sealedSecret = await seal.seal(relayOwner(tenantId), new TextEncoder().encode(secret));
  return { ...base, auth: { user, mechanism }, sealedSecret };
}

/** What the check of hosts says is for whoever named the host. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new InvalidInputError(error instanceof Error ? error.message : String(error));
  }
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
