import * as z from 'zod';
import { keyRecord, keyRecordName } from '../../../core/dkim/record.ts';
import { requestKeys } from '../../../core/dkim/request-keys.ts';
import { turnKeys } from '../../../core/dkim/turn-keys.ts';
import { mtaStsPolicy } from '../../../core/domains/mta-sts.ts';
import { domainReport, isComplete } from '../../../core/domains/report.ts';
import {
  type DomainSettings,
  domainSettingName,
  isMxPattern,
  isSpfMechanism,
  MAX_LIST,
  MTA_STS_MAX_AGE,
  readDomainSettings,
} from '../../../core/domains/settings.ts';
import { InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import type { Domain } from '../../../core/identity/types.ts';
import { canonicalDomain } from '../../../core/mail/recipients.ts';
import type { DkimKey } from '../../../core/ports/dkim.ts';
import type { Services } from '../../../platform/services.ts';
import type {
  DkimKeyView,
  DkimView,
  DomainDnsView,
  DomainSettingsView,
  RequestDkim,
  SetDomainSettings,
} from '../../../shared/admin-domains.ts';
import { type AddRoutes, by } from '../context.ts';
import { addressOf, readJson } from '../input.ts';

export const dkimBody = z.strictObject({
  algorithms: z
    .array(z.enum(['rsa-sha256', 'ed25519-sha256']))
    .min(1)
    .max(2)
    .optional(),
  rotate: z.boolean().optional(),
}) satisfies z.ZodType<RequestDkim>;

const host = z.string().max(255).toLowerCase().refine(isMxPattern, 'not a host name');
const mechanism = z
  .string()
  .max(300)
  .refine(isSpfMechanism, 'not a mechanism such as include:spf.example.net');
export const settingsBody = z.strictObject({
  mtaSts: z
    .strictObject({
      mode: z.enum(['none', 'testing', 'enforce']),
      maxAgeSeconds: z.number().int().min(MTA_STS_MAX_AGE.least).max(MTA_STS_MAX_AGE.most).optional(),
      mx: z.array(host).min(1).max(MAX_LIST).nullable().optional(),
    })
    .nullable()
    .optional(),
  spf: z.array(mechanism).min(1).max(MAX_LIST).nullable().optional(),
  tlsReports: z.string().max(320).nullable().optional(),
}) satisfies z.ZodType<SetDomainSettings>;

/** Records, signing keys and transport policies of a domain. */
export const addDomainDnsRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, config, dkimKeys, dns } = services;

  app.get('/domains/:domain/dns', async (c) => {
    const { domain, tenantId } = await requireDomain(services, c.req.param('domain'));
    const settings = await settingsOf(services, tenantId, domain);
    const { mxHosts, spfMechanisms, publicUrl } = config;
    const publicHost = publicUrl === null ? null : new URL(publicUrl).hostname;
    const keys = await dkimKeys.listKeys(tenantId, domain);
    const checks = await domainReport(dns, {
      ...{ domain, keys, settings, mxHosts, spfMechanisms, publicHost },
    });
    const policy = settings.mtaSts === null ? null : mtaStsPolicy(settings.mtaSts, mxHosts);
    const view: DomainDnsView = { domain, complete: isComplete(checks), checks, mtaStsPolicy: policy };
    return c.json(view);
  });

  app.get('/domains/:domain/dkim', async (c) => {
    const { domain, tenantId } = await requireDomain(services, c.req.param('domain'));
    const keys = await dkimKeys.listKeys(tenantId, domain);
    return c.json({ domain, keys: keys.map(keyView), made: [] } satisfies DkimView);
  });

  app.post('/domains/:domain/dkim', async (c) => {
    const request = await readJson(c, dkimBody);
    const { domain, tenantId } = await requireDomain(services, c.req.param('domain'));
    const made = await requestKeys(services, tenantId, domain, request);
    const turns = await turnKeys({ ...services, dkimExpirySeconds: config.dkimExpirySeconds }, tenantId, {
      domain,
    });
    const changes = [
      ...made.map(({ selector }) => `made ${selector}`),
      ...turns.filter(({ kind }) => kind === 'activated').map(({ key }) => `activated ${key.selector}`),
    ];
    if (changes.length > 0)
      await audit({
        ...by(c),
        tenantId,
        action: 'domain.dkim',
        resource: `domain/${domain}`,
        details: { changes: changes.join(', ') },
      });
    const keys = (await dkimKeys.listKeys(tenantId, domain)).map(keyView);
    const view: DkimView = { domain, keys, made: made.map(({ selector }) => selector) };
    return c.json(view, made.length > 0 ? 201 : 200);
  });

  app.get('/domains/:domain/settings', async (c) => {
    const { domain, tenantId } = await requireDomain(services, c.req.param('domain'));
    return c.json((await settingsOf(services, tenantId, domain)) satisfies DomainSettingsView);
  });

  app.put('/domains/:domain/settings', async (c) => {
    const body = await readJson(c, settingsBody);
    const { domain, tenantId } = await requireDomain(services, c.req.param('domain'));
    const settings = changed(await settingsOf(services, tenantId, domain), body);
    await directory.putTenantSetting(tenantId, domainSettingName(domain), settings);
    await audit({
      ...by(c),
      tenantId,
      action: 'domain.settings',
      resource: `domain/${domain}`,
      details: { changed: Object.keys(body).join(', ') },
    });
    return c.json(settings satisfies DomainSettingsView);
  });
};

async function requireDomain({ directory }: Pick<Services, 'directory'>, value: string): Promise<Domain> {
  const name = canonicalDomain(value);
  if (name === null) throw new InvalidInputError(`not a domain name: ${value.slice(0, 100)}`);
  const domain = await directory.getDomain(name);
  if (domain === null) throw new NotFoundError('no such domain');
  return domain;
}

async function settingsOf(
  { directory }: Pick<Services, 'directory'>,
  tenantId: string,
  domain: string,
): Promise<DomainSettings> {
  return readDomainSettings(await directory.getTenantSetting(tenantId, domainSettingName(domain)));
}

function changed(settings: DomainSettings, { mtaSts, spf, tlsReports }: SetDomainSettings): DomainSettings {
  const next = { ...settings };
  if (mtaSts === null) next.mtaSts = null;
  else if (mtaSts !== undefined)
    next.mtaSts = {
      mode: mtaSts.mode,
      maxAgeSeconds: mtaSts.maxAgeSeconds ?? settings.mtaSts?.maxAgeSeconds ?? MTA_STS_MAX_AGE.usual,
      mx: mtaSts.mx === undefined ? (settings.mtaSts?.mx ?? null) : mtaSts.mx,
    };
  if (spf !== undefined) next.spf = spf;
  if (tlsReports !== undefined) next.tlsReports = tlsReports === null ? null : addressOf(tlsReports);
  return next;
}

function keyView(key: DkimKey): DkimKeyView {
  const { selector, algorithm, state, createdAt, notBefore, notAfter } = key;
  const signs = state === 'active' && notAfter === null;
  const record = { name: keyRecordName(key), type: 'TXT', value: keyRecord(key) } as const;
  return { selector, algorithm, state, signs, createdAt, notBefore, notAfter, record };
}
