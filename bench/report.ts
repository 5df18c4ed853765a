import { round } from './stats.ts';

/** What must be reached on two cores: [key, comparison, limit, unit]. */
const GOALS: [string, '<=' | '>=', number, string][] = [
  ['ingest_10k_per_s', '>=', 100, 'messages/s'],
  ['ingest_all_10k_per_s', '>=', 100, 'messages/s'],
  ['ingest_all_lost', '<=', 0, 'lost or doubled'],
  ['ingest_lost', '<=', 0, 'messages'],
  ['ingest_doubled', '<=', 0, 'messages'],
  ['audit_per_s', '>=', 200, 'events/s of one tenant'],
  ['audit_200_per_s_lag_ms', '<=', 5000, 'ms behind 200 events/s'],
  ['audit_wrong', '<=', 0, 'lost, doubled or out of order'],
  ['outbound_relay_10k_per_s', '>=', 50, 'messages/s'],
  ['outbound_10k_per_s', '>=', 50, 'messages/s'],
  ['outbound_20mb_grown_mb', '<=', 32, 'MB'],
  ['first_sync_20k_per_s', '>=', 1000, 'messages/s'],
  ['first_sync_20k_over_calls_mb', '<=', 32, 'MB'],
  ['first_sync_20k_kept_mb', '<=', 32, 'MB'],
  ['contacts_5k_per_s', '>=', 2000, 'contacts/s'],
  ['attachment_20mb_grown_mb', '<=', 32, 'MB'],
  ['attachment_20mb_inline_grown_mb', '<=', 32, 'MB'],
  ['sync_nochange_ratio', '<=', 2, 'x (D1 read + DO call)'],
  ['sync_nochange_20k_ratio', '<=', 1.2, 'x that of 100 messages'],
  ['auth_of_sync_percent', '<=', 15, '% of a Sync without changes'],
  ['auth_compared_of_sync_percent', '<=', 15, '% of it, with a look into the directory'],
  ['auth_unknown_login_apart_ms', '<=', 2, 'ms'],
  ['admin_lists_p95_ms', '<=', 50, 'ms, the slowest list over 100,000 users'],
  ['calendar_month_p95_ms', '<=', 50, 'ms'],
  ['import_mbox_per_s', '>=', 500, 'messages/s'],
  ['import_vcard_per_s', '>=', 500, 'contacts/s'],
  ['import_takeout_per_s', '>=', 500, 'items/s'],
  ['reconcile_100k_s', '<=', 60, 's'],
  ['reconcile_100k_heap_mb', '<=', 16, 'MB'],
  ['rebuild_10k_per_s', '>=', 200, 'messages/s'],
  ['ping_ms_p50', '<=', 300, 'ms'],
  ['ews_stream_ms_p95', '<=', 300, 'ms'],
  ['ews_find_500_p95_ms', '<=', 150, 'ms'],
  ['ews_get_100_p95_ms', '<=', 250, 'ms'],
  ['ews_sync_20k_per_s', '>=', 2000, 'items/s'],
  ['ews_mime_20mb_written_mb', '<=', 64, 'MB'],
  ['ews_mime_20mb_read_mb', '<=', 64, 'MB'],
  ['held_ping_kb', '<=', 200, 'KiB'],
  ['search_d1_p95_ms', '<=', 100, 'ms'],
  ['search_postgres_p95_ms', '<=', 100, 'ms'],
  // A twentieth of SOGo's median on the same machine.
  ['search_command_ms', '<=', 53, 'ms'],
  ['startup_ms', '<=', 400, 'ms'],
  ['bundle_gzip_kb', '<=', 600, 'KiB'],
];

/** The figures as a table for people: medians, p95 where there is a series, the ratio to the floor. */
export function report(
  floor: Record<string, number>,
  product: Record<string, number>,
  detail: Record<string, unknown>,
): string {
  const lines: string[] = [];
  const calls = (detail['calls'] ?? {}) as Record<string, { median: number; p95: number }>;
  const base = calls['empty']?.median;
  if (base !== undefined) {
    lines.push('| call | median ms | p95 ms | x empty request |', '|---|---|---|---|');
    for (const [name, f] of Object.entries(calls)) {
      lines.push(`| ${name} | ${f.median} | ${f.p95} | ${round(f.median / base)} |`);
    }
    lines.push('');
  }
  lines.push('| figure | value | goal |', '|---|---|---|');
  for (const [name, value] of Object.entries({ ...floor, ...product })) {
    const goal = GOALS.find(([key]) => key === name);
    const met = goal === undefined ? '' : meets(value, goal[1], goal[2]) ? 'met' : 'MISSED';
    lines.push(
      `| ${name} | ${value} | ${goal === undefined ? '' : `${goal[1]} ${goal[2]} ${goal[3]}: ${met}`} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function meets(value: number, comparison: '<=' | '>=', limit: number): boolean {
  return comparison === '<=' ? value <= limit : value >= limit;
}
