import { ConflictError, NotFoundError } from '../../core/errors.ts';
import type { Alias, Credential, Domain, Tenant, User } from '../../core/identity/types.ts';
import type {
  AddressLookup,
  DeadLetter,
  DeadLetterState,
  DirectoryStore,
} from '../../core/ports/directory.ts';
import type { ErasureSubject } from '../../core/ports/erasure.ts';
import { compareText, fitText } from '../text.ts';
import { createMemoryAdminLists } from './admin-lists.ts';
import { createMemoryAdministrators } from './administrators.ts';
import { createMemoryCredentials } from './credentials.ts';
import { createMemoryErasures, type Erasable, erasableRows, isOfUser } from './erasures.ts';
import { createMemoryGroupDeliveries } from './group-deliveries.ts';
import { createMemoryKeeping } from './keeping.ts';
import { createMemoryKeptAnswers } from './kept-answers.ts';
import { createMemoryMobile } from './mobile.ts';
import { createMemoryPeople } from './people.ts';
import { createMemorySendGrants } from './send-grants.ts';
import { createMemorySessions } from './sessions.ts';
import { createMemoryStats } from './stats.ts';
import { createMemoryTenantKeys } from './tenant-keys.ts';
import { createMemoryWebhooks } from './webhooks.ts';

/** The directory in memory. */
export function createMemoryDirectoryStore(erasables: Erasable[] = []): DirectoryStore {
  const tenants = new Map<string, Tenant>();
  const domains = new Map<string, Domain>();
  const users = new Map<string, User>();
  const aliases = new Map<string, Alias>();
  const credentials = new Map<string, Credential>();
  const settings = new Map<string, string>();
  const deadLetters = new Map<string, DeadLetter>();

  const { groupAt, ...people } = createMemoryPeople({ users, aliases }, erasables);
  const mobile = createMemoryMobile({ tenants, users }, erasables);

  const userOf = (tenantId: string, userId: string) => {
    const user = users.get(userId);
    return user?.tenantId === tenantId ? user : undefined;
  };
  const atAddress = (address: string) => [...users.values()].find((u) => u.address === address);
  const tenantSetting = (tenantId: string, name: string): unknown => {
    const text = settings.get(`${tenantId}\0${name}`);
    return text === undefined ? null : JSON.parse(text);
  };
  const keeping = createMemoryKeeping(tenantSetting, erasables);
  const taken = (address: string) =>
    atAddress(address) !== undefined || aliases.has(address) || groupAt(address) !== undefined;
  erasables.push(
    erasableRows('directory.users', users, isOfUser),
    erasableRows('directory.aliases', aliases, isOfUser),
    {
      table: 'directory.domains',
      count: (subject) => caughtBy(subject).length,
      erase: (subject) => {
        for (const domain of caughtBy(subject)) domain.catchAllUserId = null;
      },
    },
    erasableRows('directory.dead_letters', deadLetters, ({ body }, { ref }) =>
      body.includes(`"mailboxId":${JSON.stringify(ref.mailboxId)}`),
    ),
  );
  const caughtBy = ({ ref }: ErasureSubject) =>
    [...domains.values()].filter((d) => d.tenantId === ref.tenantId && d.catchAllUserId === ref.mailboxId);
  const change = <T extends object>(row: T | undefined, values: Partial<T>) => {
    if (row === undefined) throw new NotFoundError('no such row');
    Object.assign(row, values);
  };

  const letters: DirectoryStore['listDeadLetters'] = async ({ queue, state, before, after, limit }) =>
    structuredClone(
      [...deadLetters.values()]
        .filter((l) => (queue === undefined || l.queue === queue) && l.failedAt < (before ?? Infinity))
        .filter((l) => state === undefined || stateOf(l) === state)
        .filter(
          ({ failedAt, deadLetterId }) =>
            after === undefined ||
            failedAt < after.at ||
            (failedAt === after.at && compareText(deadLetterId, after.id) < 0),
        )
        .sort((a, b) => b.failedAt - a.failedAt || compareText(b.deadLetterId, a.deadLetterId))
        .slice(0, limit),
    );

  return {
    async lookupAddresses(domain, addresses) {
      const found = domains.get(domain) ?? null;
      const inTenant = (user: User | undefined) => (user?.tenantId === found?.tenantId ? user : undefined);
      const match = (address: string): AddressLookup['matches'] => {
        const user = inTenant(atAddress(address));
        if (user !== undefined) return [{ address, via: 'address', enabled: true, user }];
        const alias = aliases.get(address);
        if (alias === undefined) return [];
        const target = inTenant(userOf(alias.tenantId, alias.userId));
        return target === undefined ? [] : [{ address, via: 'alias', enabled: alias.enabled, user: target }];
      };
      return structuredClone({
        domain: found,
        tenant: tenants.get(found?.tenantId ?? '') ?? null,
        matches: [...new Set(addresses)].flatMap(match),
        groups: [...new Set(addresses)].flatMap((address) => {
          const group = groupAt(address);
          if (group === undefined || group.tenantId !== found?.tenantId) return [];
          const { members: _members, ...bare } = group;
          return [bare];
        }),
        catchAll: inTenant(users.get(found?.catchAllUserId ?? '')) ?? null,
      });
    },
    async findLogin(address) {
      const alias = aliases.get(address);
      const user =
        atAddress(address) ?? (alias?.enabled === true ? userOf(alias.tenantId, alias.userId) : undefined);
      const tenant = tenants.get(user?.tenantId ?? '');
      if (user === undefined || tenant === undefined) return null;
      const theirs = [...credentials.values()]
        .filter((c) => c.userId === user.userId && c.tenantId === user.tenantId)
        .sort((a, b) => a.createdAt - b.createdAt || compareText(a.credentialId, b.credentialId));
      return structuredClone({ tenant, user, credentials: theirs });
    },
    async getUser(tenantId, userId) {
      const tenant = tenants.get(tenantId);
      const user = userOf(tenantId, userId);
      return tenant === undefined || user === undefined ? null : structuredClone({ tenant, user });
    },

    async createTenant(tenant) {
      const row = { ...tenant, name: fitText(tenant.name, 1024) };
      const there = tenants.get(tenant.tenantId);
      if (there === undefined) tenants.set(tenant.tenantId, row);
      else if (there.name !== row.name || there.mailShard !== row.mailShard)
        throw new ConflictError('tenant id is taken');
    },
    getTenant: async (tenantId) => structuredClone(tenants.get(tenantId) ?? null),
    listTenants: async () =>
      structuredClone([...tenants.values()].sort((a, b) => compareText(a.tenantId, b.tenantId))),
    setTenantStatus: async (tenantId, status) => change(tenants.get(tenantId), { status }),

    ...createMemoryGroupDeliveries(),
    ...keeping,
    ...createMemoryCredentials(
      { ...{ credentials, tenants, userOf, tenantSetting }, userSetting: keeping.getUserSetting },
      erasables,
    ),
    getTenantSetting: async (tenantId, name) => tenantSetting(tenantId, name),
    async putTenantSetting(tenantId, name, value) {
      const key = `${tenantId}\0${name}`;
      if (value === null || value === undefined) settings.delete(key);
      else settings.set(key, JSON.stringify(value));
    },

    async replaceTenantSetting(tenantId, name, from, value) {
      const key = `${tenantId}\0${name}`;
      if (settings.get(key) !== JSON.stringify(from)) return false;
      settings.set(key, JSON.stringify(value));
      return true;
    },

    async createDomain(domain) {
      if (domains.has(domain.domain)) throw new ConflictError('domain exists');
      domains.set(domain.domain, { ...domain });
    },
    getDomain: async (domain) => structuredClone(domains.get(domain) ?? null),
    listDomains: async (tenantId) =>
      structuredClone(
        [...domains.values()]
          .filter((d) => d.tenantId === tenantId)
          .sort((a, b) => compareText(a.domain, b.domain)),
      ),
    async setCatchAll(tenantId, domain, userId) {
      const row = domains.get(domain);
      change(row?.tenantId === tenantId ? row : undefined, { catchAllUserId: userId });
    },

    async createUser(user) {
      const there = users.get(user.userId);
      if (there?.address === user.address && there.tenantId === user.tenantId) return;
      if (there !== undefined || taken(user.address)) throw new ConflictError('address is taken');
      users.set(user.userId, { ...user, displayName: fitText(user.displayName, 1024) });
    },
    listUsers: async (tenantId, afterAddress, limit) =>
      structuredClone(
        [...users.values()]
          .filter((u) => u.tenantId === tenantId && compareText(u.address, afterAddress) > 0)
          .sort((a, b) => compareText(a.address, b.address))
          .slice(0, limit),
      ),
    async setUserStatus(tenantId, userId, status) {
      const user = userOf(tenantId, userId);
      if (user?.status === 'deleted') throw new ConflictError('the user is deleted: restore it first');
      change(user, { status });
    },
    setDisplayName: async (tenantId, userId, displayName) =>
      change(userOf(tenantId, userId), { displayName: fitText(displayName, 1024) }),
    setQuota: async (tenantId, userId, quotaBytes) => change(userOf(tenantId, userId), { quotaBytes }),
    async createAlias(alias) {
      if (taken(alias.address)) throw new ConflictError('address is taken');
      aliases.set(alias.address, { ...alias });
    },
    async setAliasEnabled(tenantId, address, enabled) {
      const row = aliases.get(address);
      change(row?.tenantId === tenantId ? row : undefined, { enabled });
    },
    listAliases: async (tenantId, userId) =>
      structuredClone(
        [...aliases.values()]
          .filter((a) => a.tenantId === tenantId && a.userId === userId)
          .sort((a, b) => compareText(a.address, b.address)),
      ),

    async putDeadLetter(letter) {
      if (deadLetters.has(letter.deadLetterId)) return;
      const { body, error } = letter;
      deadLetters.set(letter.deadLetterId, {
        ...letter,
        body: fitText(body, 1_000_000),
        error: fitText(error, 8192),
      });
    },
    listDeadLetters: letters,
    getDeadLetter: async (deadLetterId) => structuredClone(deadLetters.get(deadLetterId) ?? null),
    async countDeadLetters() {
      const queues = [...new Set([...deadLetters.values()].map((l) => l.queue))].sort(compareText);
      return queues.map((queue) => {
        const letters = [...deadLetters.values()].filter((l) => l.queue === queue);
        const of = (state: DeadLetterState) => letters.filter((l) => stateOf(l) === state);
        const times = of('waiting').map((l) => l.failedAt);
        return {
          queue,
          waiting: times.length,
          replayed: of('replayed').length,
          discarded: of('discarded').length,
          oldestWaitingAt: times.length === 0 ? null : Math.min(...times),
        };
      });
    },
    async markDiscarded(deadLetterId, at) {
      const letter = deadLetters.get(deadLetterId);
      if (letter !== undefined) letter.discardedAt ??= at;
    },
    async markReplayed(deadLetterId, at) {
      const letter = deadLetters.get(deadLetterId);
      if (letter !== undefined) letter.replayedAt ??= at;
    },
    ...people,
    ...mobile,
    ...createMemorySendGrants(erasables),
    ...createMemoryAdministrators(erasables),
    ...createMemorySessions(erasables),
    ...createMemoryErasures(users),
    ...createMemoryKeptAnswers(),
    ...createMemoryStats({ domains, users, people, mobile }),
    ...createMemoryAdminLists({ tenants, domains, users, people, mobile, letters }),
    ...createMemoryWebhooks(),
    ...createMemoryTenantKeys(),
    ping: async () => undefined,
  };
}

function stateOf({ replayedAt, discardedAt }: DeadLetter): DeadLetterState {
  if (discardedAt !== null) return 'discarded';
  return replayedAt === null ? 'waiting' : 'replayed';
}
