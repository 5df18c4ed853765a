import type { Route, Tenant, User } from '../core/identity/types.ts';
import { routeCandidates, routeOf } from '../core/mail/recipients.ts';
import type { Recipient } from '../core/mail/sending/recipients.ts';
import type { MailboxRef } from '../core/mail/types.ts';
import type { DeliveryFailure, OutboxRecipient } from '../core/ports/outbox.ts';
import { mayArrive } from '../core/quota/check.ts';
import { inTurns } from './in-turns.ts';
import type { OutboundServices } from './services.ts';

/** RFC 3463 */
const FAILURES = {
  syntax: { status: '5.1.3', text: 'This is not an address that mail can be sent to.' },
  unknown: { status: '5.1.1', text: 'There is no such recipient.' },
  disabled: { status: '5.2.1', text: 'The address of the recipient is disabled.' },
  blocked: { status: '5.7.1', text: 'The domain of the recipient accepts no mail.' },
  full: { status: '5.2.2', text: 'The mailbox of the recipient is full.' },
  tooLarge: { status: '5.2.3', text: 'The message is larger than the recipient accepts.' },
  remote: { status: '5.4.4', text: 'There is no way from here to the domain of the recipient.' },
} as const satisfies Record<string, DeliveryFailure>;

/**
 * Decides for each recipient where the message goes: into a mailbox of this installation by the same rules as for mail
 * from outside, or out of it, if the tenant has a way. Rejects when the directory or a mail store does not answer.
 */
export async function planRecipients(
  services: Pick<OutboundServices, 'directory' | 'mail' | 'carrierFor'>,
  tenantId: string,
  recipients: readonly Recipient[],
  size: number,
): Promise<OutboxRecipient[]> {
  const routes = await routesOf(services, recipients);
  const leaves = [...routes.values()].includes('remote');
  const wayOut = leaves && (await services.carrierFor(tenantId)) !== null;
  return inTurns(recipients, async ({ address, bcc, canonical }) => {
    const route = canonical ? routes.get(address) : undefined;
    const outcome = route === undefined ? FAILURES.syntax : await admit(services, route, wayOut, size);
    const fresh = { ...FRESH, address, bcc, told: { delayed: false, failed: false } };
    if (outcome === 'elsewhere') return { ...fresh, state: 'queued' };
    return 'status' in outcome
      ? { ...fresh, state: 'failed', failure: outcome }
      : { ...fresh, state: 'queued', mailbox: outcome };
  });
}

const FRESH = {
  ...{ mailbox: null, failure: null, attempts: 0, firstAttemptAt: null, nextAttemptAt: null },
  ...{ carrier: null, remoteId: null },
};

/** One read of the directory for each domain. */
async function routesOf(
  { directory }: Pick<OutboundServices, 'directory'>,
  recipients: readonly Recipient[],
): Promise<Map<string, Route | 'remote'>> {
  const byDomain = new Map<string, string[]>();
  for (const { address, canonical } of recipients) {
    if (!canonical) continue;
    const { domain } = routeCandidates(address);
    byDomain.set(domain, [...(byDomain.get(domain) ?? []), address]);
  }
  const routes = new Map<string, Route | 'remote'>();
  await inTurns([...byDomain], async ([domain, addresses]) => {
    const lookup = await directory.lookupAddresses(
      domain,
      addresses.flatMap((address) => routeCandidates(address).addresses),
    );
    for (const address of addresses) {
      routes.set(address, lookup.domain === null ? 'remote' : routeOf(address, lookup));
    }
  });
  return routes;
}

async function admit(
  services: Pick<OutboundServices, 'directory' | 'mail'>,
  route: Route | 'remote',
  wayOut: boolean,
  size: number,
): Promise<MailboxRef | 'elsewhere' | DeliveryFailure> {
  if (route === 'remote') return wayOut ? 'elsewhere' : FAILURES.remote;
  if (route.kind === 'unknown') return FAILURES.unknown;
  if (route.kind === 'disabled') return route.what === 'address' ? FAILURES.disabled : FAILURES.blocked;
  const ref = refOf(route.tenant, route.user);
  const room = await mayArrive(services, ref, route.user, size);
  return room === 'ok' ? ref : room === 'too-large' ? FAILURES.tooLarge : FAILURES.full;
}

function refOf(tenant: Tenant, user: User): MailboxRef {
  return { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
}
