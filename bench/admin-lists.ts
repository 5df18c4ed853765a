import type { BenchWorker } from './local.ts';
import { type Figures, interleaved, round } from './stats.ts';

/** Rows of a page, as the API gives them where nobody says more. */
const PAGE = 100;
const ROUNDS = 60;
const TENANT = 'bench-0';
const DOMAIN = 'd0.bench-0.test';
const USER = 'user000300@d0.bench-0.test';

interface List {
  path: string;
  /** Begins in the middle, by the cursor of so many pages. */
  pages?: number;
}

const LISTS: Record<string, List> = {
  users: { path: '/users' },
  users_middle: { path: `/users?tenantId=${TENANT}`, pages: 30 },
  users_500: { path: `/users?tenantId=${TENANT}&limit=500` },
  users_of_domain: { path: `/users?domain=${DOMAIN}`, pages: 10 },
  users_disabled: { path: `/users?tenantId=${TENANT}&status=disabled` },
  users_of_domain_disabled: { path: `/users?domain=${DOMAIN}&status=disabled` },
  users_by_address: { path: `/users?tenantId=${TENANT}&address=user07` },
  users_by_address_of_domain: { path: `/users?domain=${DOMAIN}&address=user000` },
  users_by_name: { path: `/users?tenantId=${TENANT}&name=person%204`, pages: 3 },
  users_by_name_disabled: { path: `/users?tenantId=${TENANT}&name=person%204&status=disabled` },
  groups: { path: '/groups' },
  groups_middle: { path: `/groups?tenantId=${TENANT}`, pages: 10 },
  groups_by_address: { path: `/groups?domain=${DOMAIN}&address=group01` },
  domains: { path: '/domains' },
  domains_of_tenant: { path: `/domains?tenantId=${TENANT}`, pages: 1 },
  tenants: { path: '/tenants' },
  devices: { path: `/devices?tenantId=${TENANT}` },
  devices_quarantined: { path: `/devices?tenantId=${TENANT}&access=quarantined`, pages: 2 },
  devices_of_user: { path: `/users/${USER}/devices` },
  aliases_of_user: { path: `/users/${USER}/aliases` },
  outbox: { path: `/tenants/${TENANT}/outbox` },
  outbox_middle: { path: `/tenants/${TENANT}/outbox`, pages: 10 },
  outbox_open: { path: `/tenants/${TENANT}/outbox?state=open` },
  outbox_of_user: { path: `/users/${USER}/outbox` },
  roles: { path: `/tenants/${TENANT}/roles`, pages: 2 },
  tokens: { path: `/tokens?tenantId=${TENANT}`, pages: 2 },
  contacts: { path: `/tenants/${TENANT}/contacts`, pages: 5 },
  holds: { path: `/tenants/${TENANT}/holds` },
  links: { path: `/tenants/${TENANT}/links` },
  dead_letters: { path: '/dead-letters', pages: 5 },
  dead_letters_waiting: { path: '/dead-letters?state=waiting' },
  dead_letters_of_queue: { path: '/dead-letters?queue=outbound&state=waiting' },
  audit: { path: `/audit?tenantId=${TENANT}` },
};

export interface AdminFigures {
  lists: Record<string, Figures>;
  /** p95 of the slowest list, and which it is. */
  worstMs: number;
  worst: string;
  /** Median of the slowest over that of an empty request, and of one read of D1. */
  worstRatio: number;
  statsMs: number;
  deadLetterCountsMs: number;
}

/** Every list of the admin API over an installation of `users` users. */
export async function adminFigures(worker: BenchWorker, users: number): Promise<AdminFigures> {
  const seeded = await fetch(`${worker.url}/bench/seed-admin?n=${users}`);
  if (!seeded.ok) throw new Error(`seed: ${seeded.status} ${await seeded.text()}`);
  const get = async (path: string): Promise<{ items: unknown[]; cursor: string | null }> =>
    worker.admin('GET', path);
  const acts: Record<string, () => Promise<unknown>> = {
    empty: async () => (await fetch(`${worker.url}/bench/empty`)).arrayBuffer(),
    d1: async () => (await fetch(`${worker.url}/bench/d1`)).arrayBuffer(),
  };
  for (const [name, { path, pages = 0 }] of Object.entries(LISTS)) {
    const with_ = (cursor: string | null) =>
      cursor === null ? path : `${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`;
    let cursor: string | null = null;
    for (let page = 0; page < pages; page++) {
      cursor = (await get(with_(cursor))).cursor;
      if (cursor !== null) continue;
      if (users >= 100_000) throw new Error(`${name} has no ${page + 2} pages of ${PAGE}`);
      break;
    }
    const asked = with_(cursor);
    acts[name] = () => get(asked);
  }
  acts['stats'] = () => worker.admin('GET', `/tenants/${TENANT}/stats`);
  acts['dead_letter_counts'] = () => worker.admin('GET', '/dead-letters/counts');
  const { empty, d1, stats, dead_letter_counts: counts, ...lists } = await interleaved(acts, ROUNDS);
  if (empty === undefined || d1 === undefined || stats === undefined || counts === undefined)
    throw new Error('no floor');
  const [worst = '', slowest] = Object.entries(lists).sort(([, a], [, b]) => b.p95 - a.p95)[0] ?? [];
  if (slowest === undefined) throw new Error('no list');
  return {
    lists: { empty, d1, ...lists, stats, dead_letter_counts: counts },
    ...{ worst, worstMs: slowest.p95, worstRatio: round(slowest.median / d1.median) },
    ...{ statsMs: stats.p95, deadLetterCountsMs: counts.p95 },
  };
}
