import * as z from 'zod';
import { type DoctorFinding, fine, trouble, unknown, warning } from '../../shared/admin/doctor.ts';
import { reasonOf } from '../admin-client.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const zonesSchema = z.array(z.object({ id: z.string(), name: z.string() }));
const routingSchema = z.object({ enabled: z.boolean() });
const ruleSchema = z.object({
  enabled: z.boolean(),
  actions: z.array(z.object({ type: z.string(), value: z.array(z.string()).nullish() })),
});
const envelopeSchema = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })).default([]),
  result: z.unknown(),
});

/**
 * Mail for each domain goes to the Worker: Email Routing is on and its catch-all rule names it (developers.cloudflare.com/api,
 * Email Routing). Asks Cloudflare's API where there is a token for it.
 * @param worker its name; null: any Worker will do
 */
export async function lookAtEmailRouting(
  domains: readonly string[],
  worker: string | null,
  env: Environment = process.env,
): Promise<DoctorFinding[]> {
  const token = env['CLOUDFLARE_API_TOKEN'] ?? '';
  if (domains.length === 0) return [];
  if (token === '')
    return [
      unknown(
        'email-routing',
        'not looked at: set CLOUDFLARE_API_TOKEN (Zone and Email Routing Rules, read)',
      ),
    ];
  const base = env['CLOUDFLARE_API_BASE_URL'] ?? 'https://api.cloudflare.com/client/v4';
  const ask = (path: string) => asked(`${base}${path}`, token);
  return Promise.all(
    domains.map(async (domain) => {
      const check = `email-routing.${domain}`;
      try {
        return await lookAtDomain(check, domain, worker, ask);
      } catch (error) {
        return trouble(
          check,
          reasonOf(error),
          'give the token the rights Zone: read and Email Routing Rules: read',
        );
      }
    }),
  );
}

async function lookAtDomain(
  check: string,
  domain: string,
  worker: string | null,
  ask: (path: string) => Promise<unknown>,
): Promise<DoctorFinding> {
  const zone = await zoneOf(domain, ask);
  if (zone === null)
    return warning(
      check,
      'is no zone that the token sees',
      'add the domain to Cloudflare, or look at the token',
    );
  if (!routingSchema.parse(await ask(`/zones/${zone}/email/routing`)).enabled)
    return trouble(check, 'Email Routing is off', `npx wrangler email routing enable ${domain}`);
  const rule = ruleSchema.parse(await ask(`/zones/${zone}/email/routing/rules/catch_all`));
  const action = rule.actions.find(({ type }) => type === 'worker');
  const to = action?.value?.[0] ?? null;
  const mend = `dashboard, Email Routing of ${domain}: catch-all, Send to a Worker, ${worker ?? 'waypost'}`;
  if (!rule.enabled || to === null)
    return trouble(
      check,
      `the catch-all rule ${rule.enabled ? `does "${rule.actions[0]?.type}"` : 'is off'}`,
      mend,
    );
  if (worker !== null && to !== worker) return trouble(check, `mail goes to the Worker ${to}`, mend);
  return fine(check, `mail goes to the Worker ${to}`);
}

/** The zone that the name lies in: its own, or that of a name above. */
async function zoneOf(domain: string, ask: (path: string) => Promise<unknown>): Promise<string | null> {
  const labels = domain.split('.');
  for (let at = 0; at <= labels.length - 2; at++) {
    const name = labels.slice(at).join('.');
    const [zone] = zonesSchema.parse(await ask(`/zones?name=${encodeURIComponent(name)}`));
    if (zone !== undefined) return zone.id;
  }
  return null;
}

async function asked(url: string, token: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(15_000),
  });
  const envelope = envelopeSchema.safeParse(await response.json().catch(() => null));
  if (!envelope.success) throw new Error(`Cloudflare's API answers ${response.status}`);
  const { success, errors, result } = envelope.data;
  if (!success)
    throw new Error(errors.map(({ code, message }) => `${message} (${code})`).join('; ') || 'refused');
  return result;
}
