/**
 * When people are free (ActiveSync ResolveRecipients, EWS GetUserAvailability, the webmail): of each address what the one
 * who asks may see, from all calendars of the mailbox.
 */
import { accessTo } from '../access/folder-access.ts';
import { InvalidInputError } from '../errors.ts';
import { expandGroup } from '../groups/expand.ts';
import type { Principal, Route, User } from '../identity/types.ts';
import { canonicalAddress, routeAddress } from '../mail/recipients.ts';
import { readWorkingHours, WORKING_HOURS_SETTING, type WorkingHours } from '../people/working-hours.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { MailStore } from '../ports/mail.ts';
import { type BusyBlock, blocksOf, type Calendar } from './blocks.ts';
import { mergedOf, mergeStrings, NO_DATA, slotsBetween } from './status.ts';

const DAY = 86_400_000;
/** Longest window that is answered. */
export const MAX_WINDOW_MS = 62 * DAY;
/** People whose calendars are read for one question, members of groups among them. */
const MAX_PEOPLE = 100;
/** MS-ASCMD 2.2.3.183: of a larger group it is of no use. */
const MAX_GROUP = 20;
/** Mailboxes that are read at a time: an invocation has six connections. */
const AT_A_TIME = 4;

export interface FreeBusyServices {
  directory: DirectoryStore;
  mail: MailStore;
}

export interface FreeBusyWindow {
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
  /** Of one digit of the merged string: 5 to 1440. */
  intervalMinutes: number;
}

/**
 * ok: what may be seen. denied: nothing may. unknown: nobody here has the address, or it is not of the tenant. failed: it
 * cannot be said now. too-many: beyond MAX_PEOPLE. group-too-large: beyond MAX_GROUP.
 */
export type FreeBusyOutcome = 'ok' | 'denied' | 'unknown' | 'failed' | 'too-many' | 'group-too-large';

export interface FreeBusy {
  /** As it was asked for. */
  address: string;
  outcome: FreeBusyOutcome;
  kind: 'user' | 'group';
  /** A digit for each interval (MS-ASCMD 2.2.3.101); '' unless the outcome is ok. */
  merged: string;
  /** Of a user, by start. */
  blocks: BusyBlock[];
  /** detail: blocks tell what they are, as far as they are not private. */
  view: 'freebusy' | 'detail';
  /** Of a user. */
  workingHours: WorkingHours | null;
  /** False when limits ended the search: more may be busy. */
  whole: boolean;
  /** Of a group: those of whom something may be known. */
  members: FreeBusy[];
}

/** What is to be read for an address: people of the tenant, one or those of a group. */
type Plan =
  | { kind: 'user' | 'group'; users: User[] }
  | { kind: 'none'; outcome: FreeBusyOutcome; of: 'user' | 'group' };

/**
 * Free and busy times, in the order of the addresses.
 * @throws InvalidInputError for a window that ends before it begins or is longer than MAX_WINDOW_MS
 */
export async function freeBusy(
  services: FreeBusyServices,
  requester: Principal,
  addresses: readonly string[],
  window: FreeBusyWindow,
): Promise<FreeBusy[]> {
  const { from, to, intervalMinutes } = window;
  if (!(to > from) || to - from > MAX_WINDOW_MS)
    throw new InvalidInputError('the time window is out of range');
  if (!(intervalMinutes >= 5 && intervalMinutes <= 1440))
    throw new InvalidInputError('the interval is out of range');
  const asked = new Asked(services, requester, window);
  const plans: Plan[] = [];
  // In turn: who is beyond the limit must not depend on who was quicker.
  for (const address of addresses) plans.push(await asked.plan(address));
  const answers: FreeBusy[] = [];
  for (let i = 0; i < addresses.length; i += AT_A_TIME) {
    const some = addresses.slice(i, i + AT_A_TIME);
    answers.push(...(await Promise.all(some.map((address, n) => asked.answer(address, plans[i + n])))));
  }
  return answers;
}

class Asked {
  readonly #services: FreeBusyServices;
  readonly #requester: Principal;
  readonly #window: FreeBusyWindow;
  readonly #people = new Set<string>();
  /** By user id: who is asked for twice, or by several groups, is read once. */
  readonly #known = new Map<string, Promise<FreeBusy>>();

  constructor(services: FreeBusyServices, requester: Principal, window: FreeBusyWindow) {
    this.#services = services;
    this.#requester = requester;
    this.#window = window;
  }

  async plan(address: string): Promise<Plan> {
    try {
      const plan = await this.#target(address);
      if (plan.kind === 'none') return plan;
      const all = new Set([...this.#people, ...plan.users.map(({ userId }) => userId)]);
      if (all.size > MAX_PEOPLE) return { kind: 'none', outcome: 'too-many', of: plan.kind };
      for (const userId of all) this.#people.add(userId);
      return plan;
    } catch {
      return { kind: 'none', outcome: 'failed', of: 'user' };
    }
  }

  async #target(address: string): Promise<Plan> {
    const { directory } = this.#services;
    const { tenantId } = this.#requester.user;
    const canonical = canonicalAddress(address);
    const route: Route = canonical === null ? { kind: 'unknown' } : await routeAddress(directory, canonical);
    // The catch-all of a domain is nobody's name; another tenant is as far away as any (I22).
    if (route.kind === 'mailbox' && route.via !== 'catch-all' && route.user.tenantId === tenantId) {
      return { kind: 'user', users: [route.user] };
    }
    if (route.kind !== 'group' || route.group.tenantId !== tenantId) {
      return { kind: 'none', outcome: 'unknown', of: 'user' };
    }
    const tooLarge: Plan = { kind: 'none', outcome: 'group-too-large', of: 'group' };
    const direct = await directory.groupMembers(tenantId, route.group.groupId, MAX_GROUP + 1);
    if (direct.length > MAX_GROUP) return tooLarge;
    const { members, tooLarge: withinToo } = await expandGroup(directory, route.group);
    if (withinToo || members.length > MAX_GROUP) return tooLarge;
    const users = members.flatMap((member) =>
      member.kind === 'mailbox' && member.user.tenantId === tenantId ? [member.user] : [],
    );
    return { kind: 'group', users };
  }

  async answer(address: string, plan: Plan | undefined): Promise<FreeBusy> {
    if (plan === undefined || plan.kind === 'none') {
      return nothing(address, plan?.outcome ?? 'unknown', plan?.of ?? 'user');
    }
    try {
      const [first] = plan.users;
      if (plan.kind === 'user' && first !== undefined) return { ...(await this.#ofUser(first)), address };
      return await this.#ofGroup(address, plan.users);
    } catch {
      // One mailbox that does not answer must not take the others' answers with it.
      return nothing(address, 'failed', plan.kind);
    }
  }

  #ofUser(user: User): Promise<FreeBusy> {
    const known = this.#known.get(user.userId) ?? this.#read(user);
    this.#known.set(user.userId, known);
    return known;
  }

  async #read(user: User): Promise<FreeBusy> {
    const { directory, mail } = this.#services;
    const { from, to, intervalMinutes } = this.#window;
    const ref = { tenantId: user.tenantId, mailboxId: user.userId, shard: this.#requester.tenant.mailShard };
    const mailbox = mail.mailbox(ref);
    const [setting, folders, access] = await Promise.all([
      directory.getUserSetting(user.tenantId, user.userId, WORKING_HOURS_SETTING),
      mailbox.folders(),
      accessTo(this.#services, this.#requester, ref),
    ]);
    const workingHours = readWorkingHours(setting);
    const calendars = folders
      .filter(({ itemClass }) => itemClass === 'Calendar')
      .flatMap(({ folderId }): Calendar[] => {
        const { own, rights } = access(folderId);
        const detail = rights.has('detail') || rights.has('read');
        return detail || rights.has('freebusy') ? [{ folderId, detail, own }] : [];
      });
    // Before its first mail or sign-in a mailbox has no folders, and nothing takes place.
    const maySee = folders.length === 0 ? access('').rights.has('freebusy') : calendars.length > 0;
    if (!maySee) return nothing(user.address, 'denied');
    const { blocks, whole } = await blocksOf(mailbox, calendars, { from, to, zone: workingHours.timeZone });
    return {
      ...{ address: user.address, outcome: 'ok', kind: 'user', blocks, whole, workingHours },
      merged: mergedOf(blocks, from, to, intervalMinutes * 60_000),
      view: calendars.some(({ detail }) => detail) ? 'detail' : 'freebusy',
      members: [],
    };
  }

  async #ofGroup(address: string, users: readonly User[]): Promise<FreeBusy> {
    const { from, to, intervalMinutes } = this.#window;
    const strings = [NO_DATA.repeat(slotsBetween(from, to, intervalMinutes * 60_000))];
    const members: FreeBusy[] = [];
    let whole = true;
    for (const user of users) {
      const one = await this.#ofUser(user);
      members.push(one);
      if (one.outcome === 'ok') strings.push(one.merged);
      whole &&= one.whole;
    }
    return { ...nothing(address, 'ok', 'group'), merged: mergeStrings(strings), whole, members };
  }
}

function nothing(address: string, outcome: FreeBusyOutcome, kind: 'user' | 'group' = 'user'): FreeBusy {
  return {
    address,
    outcome,
    kind,
    merged: '',
    blocks: [],
    view: 'freebusy',
    workingHours: null,
    whole: true,
    members: [],
  };
}
