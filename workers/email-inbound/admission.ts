import { expandGroup } from '../../core/groups/expand.ts';
import { maySendTo, outsideSender } from '../../core/groups/policy.ts';
import type { Route, Tenant, User } from '../../core/identity/types.ts';
import { routeAddress } from '../../core/mail/recipients.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import { judgeArrival, type Limits, limitsFor, needsSize } from '../../core/quota/check.ts';
import type { Services } from '../../platform/services.ts';
import type { RefusalReason } from './refusal.ts';

/** How old what an acceptance rests on may be. */
const FRESH_MS = 5000;
const MAX_ENTRIES = 2000;

export type Admission =
  | { kind: 'accept'; tenant: Tenant; user: User; ref: MailboxRef }
  /** `ref` has the id of the group in the place of a mailbox. */
  | { kind: 'group'; ref: MailboxRef }
  | { kind: 'refuse'; reason: RefusalReason; tenantId: string | null };

type MailboxRoute = Extract<Route, { kind: 'mailbox' }>;

/** What this isolate has just read of routes, limits and mailbox sizes. Only ever used to accept. */
export class AdmissionCache {
  readonly #routes = new Map<string, { at: number; route: MailboxRoute }>();
  readonly #sizes = new Map<string, { at: number; sizeBytes: number }>();
  readonly #limits = new Map<string, { at: number; limits: Limits }>();

  route(address: string, now: number): MailboxRoute | null {
    const hit = this.#routes.get(address);
    return hit !== undefined && isFresh(hit.at, now) ? hit.route : null;
  }

  keepRoute(address: string, route: MailboxRoute, now: number): void {
    put(this.#routes, address, { at: now, route });
  }

  limits(mailboxId: string, now: number): Limits | null {
    const hit = this.#limits.get(mailboxId);
    return hit !== undefined && isFresh(hit.at, now) ? hit.limits : null;
  }

  keepLimits(mailboxId: string, limits: Limits, now: number): void {
    put(this.#limits, mailboxId, { at: now, limits });
  }

  sizeBytes(mailboxId: string, now: number): number | null {
    const hit = this.#sizes.get(mailboxId);
    return hit !== undefined && isFresh(hit.at, now) ? hit.sizeBytes : null;
  }

  keepSize(mailboxId: string, sizeBytes: number, now: number): void {
    put(this.#sizes, mailboxId, { at: now, sizeBytes });
  }

  /** Counts an accepted message that is not in the mailbox yet. */
  addSize(mailboxId: string, bytes: number): void {
    const hit = this.#sizes.get(mailboxId);
    if (hit !== undefined) hit.sizeBytes += bytes;
  }
}

function isFresh(at: number, now: number): boolean {
  // A clock that went back makes the entry old, not eternal (I30).
  return now >= at && now - at <= FRESH_MS;
}

function put<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= MAX_ENTRIES) map.clear();
  map.set(key, value);
}

/**
 * Decides whether a message of `size` bytes for an envelope recipient is taken. A refusal is decided on data read
 * in this very call (I3); an acceptance may rest on what the isolate read in the last five seconds. Rejects when
 * the directory or the mail store does not answer.
 */
export async function admit(
  services: Pick<Services, 'directory' | 'mail' | 'config' | 'now'>,
  cache: AdmissionCache,
  recipient: string,
  size: number,
  from: Envelope,
): Promise<Admission> {
  const known = cache.route(recipient, services.now());
  if (known !== null) {
    const admission = await decide(services, cache, known, size, true);
    if (admission.kind === 'accept') return admission;
  }
  const route = await routeAddress(services.directory, recipient);
  if (route.kind === 'unknown')
    return { kind: 'refuse', reason: 'unknown', tenantId: route.tenantId ?? null };
  if (route.kind === 'disabled') {
    const reason = route.what === 'address' ? 'address-disabled' : 'blocked';
    return { kind: 'refuse', reason, tenantId: route.tenantId };
  }
  if (route.kind === 'group') return decideGroup(services, route, size, from);
  cache.keepRoute(recipient, route, services.now());
  return decide(services, cache, route, size, false);
}

/** What is known of the sender. */
export interface Envelope {
  mailFrom: string;
  /** What the platform found of it, or ''. */
  authResults: string;
}

/** Whether a group takes it. What room its members have is asked when it goes to them. */
async function decideGroup(
  services: Pick<Services, 'directory' | 'config'>,
  { tenant, group }: Extract<Route, { kind: 'group' }>,
  size: number,
  { mailFrom, authResults }: Envelope,
): Promise<Admission> {
  const { tenantId } = tenant;
  const refuse = (reason: RefusalReason): Admission => ({ kind: 'refuse', reason, tenantId });
  if (size > services.config.maxMessageBytes) return refuse('too-big');
  const { members, tooLarge } = await expandGroup(services.directory, group);
  if (!maySendTo(group, outsideSender(mailFrom, authResults), members)) return refuse('group-closed');
  if (tooLarge) return refuse('group-too-large');
  if (members.length === 0) return refuse('group-empty');
  return { kind: 'group', ref: { tenantId, mailboxId: group.groupId, shard: tenant.mailShard } };
}

async function decide(
  services: Pick<Services, 'directory' | 'mail' | 'config' | 'now'>,
  cache: AdmissionCache,
  { tenant, user }: MailboxRoute,
  size: number,
  mayUseCache: boolean,
): Promise<Admission> {
  const tenantId = tenant.tenantId;
  if (size > services.config.maxMessageBytes) return { kind: 'refuse', reason: 'too-big', tenantId };
  const ref: MailboxRef = { tenantId, mailboxId: user.userId, shard: tenant.mailShard };
  const known = mayUseCache ? cache.limits(ref.mailboxId, services.now()) : null;
  const limits = known ?? (await limitsFor(services, user));
  if (known === null) cache.keepLimits(ref.mailboxId, limits, services.now());
  let sizeBytes = 0;
  if (needsSize(limits)) {
    const cached = mayUseCache ? cache.sizeBytes(ref.mailboxId, services.now()) : null;
    sizeBytes = cached ?? (await services.mail.mailbox(ref).usage()).sizeBytes;
    if (cached === null) cache.keepSize(ref.mailboxId, sizeBytes, services.now());
  }
  const verdict = judgeArrival(limits, sizeBytes, size);
  if (verdict === 'ok') return { kind: 'accept', tenant, user, ref };
  return { kind: 'refuse', reason: verdict === 'too-large' ? 'too-big' : verdict, tenantId };
}
