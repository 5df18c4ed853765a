import type { Route, Tenant, User } from '../core/identity/types.ts';
import { routeCandidates, routeOf } from '../core/mail/recipients.ts';
import type { Recipient } from '../core/mail/sending/recipients.ts';
import type { MailboxRef } from '../core/mail/types.ts';
import type { OutboxRecipient } from '../core/ports/outbox.ts';
import { inTurns } from './in-turns.ts';
import type { OutboundServices } from './services.ts';

type Failure = NonNullable<OutboxRecipient['failure']>;

/** RFC 3463 */
const FAILURES = {
  syntax: { status: '5.1.3', text: 'This is not an address that mail can be sent to.' },
  unknown: { status: '5.1.1', text: 'There is no such recipient.' },
  disabled: { status: '5.2.1', text: 'The address of the recipient is disabled.' },
  blocked: { status: '5.7.1', text: 'The domain of the recipient accepts no mail.' },
  full: { status: '5.2.2', text: 'The mailbox of the recipient is full.' },
  remote: { status: '5.4.4', text: 'There is no way from here to the domain of the recipient.' },
} as const satisfies Record<string, Failure>;

/**
 * Decides for each recipient where the message goes, by the same rules as for mail from outside. Rejects when the
 * directory or a mail store does not answer.
 */
export async function planRecipients(
  services: Pick<OutboundServices, 'directory' | 'mail'>,
  recipients: readonly Recipient[],
  size: number,
): Promise<OutboxRecipient[]> {
  const routes = await routesOf(services, recipients);
  return inTurns(recipients, async (recipient) => {
    const route = recipient.canonical ? routes.get(recipient.address) : undefined;
    const { address, bcc } = recipient;
    const outcome = route === undefined ? FAILURES.syntax : await admit(services, route, size);
    return 'status' in outcome
      ? { address, bcc, state: 'failed', mailbox: null, failure: outcome }
      : { address, bcc, state: 'queued', mailbox: outcome, failure: null };
  });
}

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
  services: Pick<OutboundServices, 'mail'>,
  route: Route | 'remote',
  size: number,
): Promise<MailboxRef | Failure> {
  if (route === 'remote') return FAILURES.remote;
  if (route.kind === 'unknown') return FAILURES.unknown;
  if (route.kind === 'disabled') return route.what === 'address' ? FAILURES.disabled : FAILURES.blocked;
  const ref = refOf(route.tenant, route.user);
  if (route.user.quotaBytes === null) return ref;
  const { sizeBytes } = await services.mail.mailbox(ref).usage();
  return sizeBytes + size > route.user.quotaBytes ? FAILURES.full : ref;
}

function refOf(tenant: Tenant, user: User): MailboxRef {
  return { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
}
