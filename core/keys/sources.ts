import { sealOwner } from '../dkim/record.ts';
import { CARRIER_SETTING, codesOwner, relayOwner, webhookOwner } from './owners.ts';
import type { KeyServices, SealedSource, SealedValue } from './types.ts';

const PER_PAGE = 50;

/** Every place where secrets of tenants lie sealed; what lives for a day only is not among them. */
export function sealedSources(services: KeyServices): SealedSource[] {
  return [relay(services), signingKeys(services), codes(services), webhooks(services)];
}

/** Passwords of relays: one for each tenant, in its setting. */
function relay({ directory }: KeyServices): SealedSource {
  return {
    kind: 'relay',
    async page(tenantId) {
      const setting = await directory.getTenantSetting(tenantId, CARRIER_SETTING);
      const sealed = (setting as { sealedSecret?: unknown } | null)?.sealedSecret;
      if (typeof sealed !== 'string') return { values: [], next: null };
      const replace = (sealedSecret: string) =>
        directory.replaceTenantSetting(tenantId, CARRIER_SETTING, setting, {
          ...(setting as object),
          sealedSecret,
        });
      return { values: [{ owner: relayOwner(tenantId), sealed, replace }], next: null };
    },
  };
}

/** DKIM keys, a domain at a time. */
function signingKeys({ directory, dkimKeys }: KeyServices): SealedSource {
  return {
    kind: 'dkim',
    async page(tenantId, after) {
      const domain = (await directory.listDomains(tenantId))
        .map((one) => one.domain)
        .sort()
        .find((one) => one > after);
      if (domain === undefined) return { values: [], next: null };
      const keys = await dkimKeys.listKeys(tenantId, domain);
      const values = keys
        .filter(({ sealedKey }) => sealedKey !== '')
        .map((key) => ({
          owner: sealOwner(key),
          sealed: key.sealedKey,
          replace: (sealedKey: string) => dkimKeys.changeKey(key, key.state, { sealedKey }),
        }));
      return { values, next: domain };
    },
  };
}

/** Secrets of time-based codes of users. */
function codes({ directory }: KeyServices): SealedSource {
  return {
    kind: 'codes',
    async page(tenantId, after) {
      const factors = await directory.listFactorsOfKind(tenantId, 'totp', after, PER_PAGE);
      const values = factors.map((factor) => ({
        owner: codesOwner(factor),
        sealed: factor.secret,
        replace: (secret: string) => directory.replaceFactorSecret(factor, secret),
      }));
      return { values, next: factors.length < PER_PAGE ? null : (factors.at(-1)?.userId ?? null) };
    },
  };
}

/** What events for webhooks are signed with: a tenant has few of them. */
function webhooks({ directory }: KeyServices): SealedSource {
  return {
    kind: 'webhook',
    page: async (tenantId) => ({ values: await webhookSecrets(directory, tenantId), next: null }),
  };
}

/** @param tenantId null: of the webhooks of the installation, under its secret */
export async function webhookSecrets(
  directory: KeyServices['directory'],
  tenantId: string | null,
): Promise<SealedValue[]> {
  return (await directory.listWebhooks(tenantId)).flatMap((webhook) =>
    [webhook.secret, webhook.previousSecret].flatMap((sealed) => {
      const replace = (again: string) => directory.replaceWebhookSecret(webhook, sealed ?? '', again);
      return sealed === null ? [] : [{ owner: webhookOwner(webhook), sealed, replace }];
    }),
  );
}
