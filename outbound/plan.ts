import { expandGroup, type GroupMember } from '../core/groups/expand.ts';
import { maySendTo } from '../core/groups/policy.ts';
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
  // RFC 3463 3.3: mailing list expansion problem.
  closed: { status: '5.7.1', text: 'The group takes no mail from this sender.' },
  empty: { status: '5.2.4', text: 'The group has no members that mail can go to.' },
  tooMany: { status: '5.2.4', text: 'The group has more members than mail can go to at once.' },
  remote: { status: '5.4.4', text: 'There is no way from here to the domain of the recipient.' },
} as const satisfies Record<string, DeliveryFailure>;

type PlanServices = Pick<OutboundServices, 'directory' | 'mail' | 'carrierFor'>;
type MailboxRoute = Extract<Route, { kind: 'mailbox' }>;
/** `group`: the address through which it became a recipient. */
type Planned = Recipient & {
  route: Exclude<Route, { kind: 'group' }> | 'remote' | undefined;
  group?: string;
};

/**
 * Decides for each recipient where the message goes: into a mailbox of this installation by the same rules as for mail
 * from outside, or out of it, if the tenant has a way. In the place of a group come its members, who are written down
 * with the message: what changes of the group later changes nothing of it. Rejects when the directory or a mail store
 * does not answer.
 *
 * @param sender mailbox of the sender
 */
export async function planRecipients(
  services: PlanServices,
  sender: MailboxRef,
  recipients: readonly Recipient[],
  size: number,
): Promise<OutboxRecipient[]> {
  const { planned, failed } = await withMembers(services, sender, recipients);
  const leaves = planned.some(({ route }) => route === 'remote');
  const wayOut = leaves && (await services.carrierFor(sender.tenantId)) !== null;
  const outcomes = await inTurns(
    planned,
    async ({ address, bcc, route, group }): Promise<OutboxRecipient> => {
      const outcome = route === undefined ? FAILURES.syntax : await admit(services, route, wayOut, size);
      const fresh = freshOf({ address, bcc, group });
      if (outcome === 'elsewhere') return { ...fresh, state: 'queued' };
      return 'status' in outcome
        ? { ...fresh, state: 'failed', failure: outcome }
        : { ...fresh, state: 'queued', mailbox: outcome };
    },
  );
  return [...outcomes, ...failed];
}

function freshOf({ address, bcc, group }: { address: string; bcc: boolean; group?: string | undefined }) {
  const via = group === undefined ? {} : { group };
  return { ...FRESH, address, bcc, ...via, told: { delayed: false, failed: false } };
}

/** Groups become their members: who is a recipient anyway stays one, and nobody becomes one twice. */
async function withMembers(
  services: PlanServices,
  { tenantId, mailboxId }: MailboxRef,
  recipients: readonly Recipient[],
): Promise<{ planned: Planned[]; failed: OutboxRecipient[] }> {
  const routes = await routesOf(services, recipients);
  const planned: Planned[] = [];
  const failed: OutboxRecipient[] = [];
  const groups: { recipient: Recipient; route: Extract<Route, { kind: 'group' }> }[] = [];
  for (const recipient of recipients) {
    const route = recipient.canonical ? routes.get(recipient.address) : undefined;
    if (typeof route === 'object' && route.kind === 'group') groups.push({ recipient, route });
    else planned.push({ ...recipient, route });
  }
  const known = new Set(planned.map(({ address }) => address));
  const mailboxes = new Set(planned.map(({ route }) => mailboxKey(route)));
  for (const { recipient, route } of groups) {
    const { members, tooLarge } = await expandGroup(services.directory, route.group);
    const mayWrite = maySendTo(route.group, { kind: 'mailbox', tenantId, mailboxId }, members);
    const failure = tooLarge
      ? FAILURES.tooMany
      : !mayWrite
        ? FAILURES.closed
        : members.length === 0
          ? FAILURES.empty
          : null;
    if (failure !== null) {
      failed.push({ ...freshOf(recipient), state: 'failed', failure });
      continue;
    }
    const { bcc, address: group } = recipient;
    for (const member of members) {
      const to = member.kind === 'remote' ? ('remote' as const) : memberRoute(member);
      const key = mailboxKey(to);
      if (known.has(member.address) || (key !== '' && mailboxes.has(key))) continue;
      known.add(member.address);
      if (key !== '') mailboxes.add(key);
      planned.push({ address: member.address, name: '', canonical: true, bcc, route: to, group });
    }
  }
  return { planned, failed };
}

function memberRoute({ tenant, user }: Extract<GroupMember, { kind: 'mailbox' }>): MailboxRoute {
  return { kind: 'mailbox', tenant, user, via: 'address' };
}

function mailboxKey(route: Route | 'remote' | undefined): string {
  return typeof route === 'object' && route.kind === 'mailbox'
    ? JSON.stringify([route.tenant.tenantId, route.user.userId])
    : '';
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
  route: Exclude<Route, { kind: 'group' }> | 'remote',
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
