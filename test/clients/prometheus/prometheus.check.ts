/**
 * Lets a real Prometheus (Debian package prometheus) scrape a running Waypost with its token, and asks it everything that
 * the dashboards and alerts of deploy/observability ask. `node test/clients/prometheus/prometheus.check.ts`; exits 3 when
 * there is no Prometheus.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { METRICS } from '../../../platform/metrics/catalogue.ts';
import { startWaypost } from '../../support/harness.ts';
import { installHooks } from '../../support/in-process/hooks.ts';
import { boards, panelExpressions, ruleFile } from './boards.ts';
import { hasPrometheus, type Prometheus, promtool, startPrometheus } from './server.ts';
import { openTraffic } from './traffic.ts';

if (!hasPrometheus()) {
  console.error('there is no prometheus, or no promtool (Debian package prometheus)');
  process.exit(3);
}

// The harness compares what the admin API answers with its document, which is made of modules of the Worker.
installHooks();

const TOKEN = 'metrics-check-token-0123456789';
const RULES = ['recording.rules.yml', 'alerts.rules.yml'].map(ruleFile);

let passed = 0;
const failures: string[] = [];
function check(name: string, ok: boolean, detail: unknown = ''): void {
  if (ok) passed++;
  else
    failures.push(`${name} ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`.slice(0, 1500));
}

function checkFiles(): void {
  for (const file of RULES) {
    const said = promtool('check', 'rules', file);
    check(`promtool check rules ${file}`, said === null, said ?? '');
  }
  const config = promtool('check', 'config', '--syntax-only', ruleFile('prometheus.yml'));
  check('promtool check config', config === null, config ?? '');
  const tests = promtool('test', 'rules', ruleFile('alerts.test.yml'));
  check(
    'promtool test rules: each alert fires on its trouble, none on a healthy hour',
    tests === null,
    tests ?? '',
  );
  const uids = boards().map(({ uid }) => uid);
  check('dashboards have ids of their own', new Set(uids).size === uids.length && uids.length >= 4, uids);
}

interface RuleGroups {
  groups: { rules: { type: string; name: string; query: string; health: string; lastError?: string }[] }[];
}

async function checkRules(prometheus: Prometheus): Promise<void> {
  const { groups } = await prometheus.get<RuleGroups>('/api/v1/rules');
  const rules = groups.flatMap((group) => group.rules);
  check('all rules are loaded', rules.length >= 24, rules.length);
  for (const { type, name, query, health, lastError } of rules) {
    check(`${type} rule ${name}`, health === 'ok', lastError ?? health);
    const asked = await prometheus.query(query).then(
      () => '',
      (error: unknown) => String(error),
    );
    check(`the expression of ${name}`, asked === '', asked);
    // An alert is silent when all is well, and when it asks for what does not exist.
    const names = [...query.matchAll(/\b([a-z_:]+?)(?:_bucket|_sum|_count)?\s*[{[(=<>]/g)].map(
      ([, one]) => one ?? '',
    );
    for (const metric of names.filter(
      (one) => one in METRICS || one.startsWith('waypost:') || one === 'up',
    )) {
      const histogram = METRICS[metric as keyof typeof METRICS]?.type === 'histogram';
      const found = await prometheus.query(`count(${histogram ? `${metric}_bucket` : metric})`);
      check(`${name}: there is ${metric}`, found.length === 1);
    }
  }
}

async function checkBoards(prometheus: Prometheus): Promise<void> {
  const asked = panelExpressions();
  check('the boards have panels', asked.length > 40, asked.length);
  for (const { where, expression } of asked) {
    try {
      const found = await prometheus.query(expression);
      const numbers = found.filter(({ value }) => Number.isFinite(Number(value[1])));
      check(`${where}: has data`, numbers.length > 0, `${expression}: ${found.length} series`);
    } catch (error) {
      check(where, false, `${expression}: ${String(error)}`);
    }
  }
}

async function value(prometheus: Prometheus, expression: string): Promise<number> {
  return Number((await prometheus.query(expression))[0]?.value[1] ?? Number.NaN);
}

/** Resolves as soon as the expression has a result. */
async function until(prometheus: Prometheus, expression: string): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    if ((await prometheus.query(expression)).length > 0) return;
    await sleep(250);
  }
  throw new Error(`never: ${expression}`);
}

/** What was done is what is told, to the last one. */
async function checkCounts(prometheus: Prometheus, rounds: number): Promise<void> {
  const exact: Record<string, number> = {
    'email_received_total{result="accepted"}': rounds,
    'email_received_total{result="refused"}': rounds,
    'mail_refused_total{reason="unknown"}': rounds,
    // One from outside and one from a user, each round.
    email_delivered_total: 2 * rounds,
    email_submitted_total: rounds,
    'email_sent_total{result="sent"}': rounds,
    'http_requests_total{route="ews/CreateItem",code="200"}': rounds,
    'http_requests_total{route="activesync/Ping",code="200"}': rounds,
    'http_requests_total{route="activesync/Sync",code="401"}': rounds,
    'auth_failures_total{protocol="activesync",reason="denied"}': rounds,
    'auth_failures_total{protocol="ews",reason="denied"}': rounds,
    'scheduled_runs_total{cron="reminders",result="ok"}': rounds,
    'clients{type="activesync"}': 1,
    'clients{type="ews"}': 1,
    'dead_letters{stream="index"}': 1,
    'sum(errors_total{protocol=~"activesync|ews|smtp|outbound"})': 0,
    metrics_dropped_total: 0,
    'sum(scrape_part_failed)': 0,
  };
  for (const [expression, expected] of Object.entries(exact)) {
    const found = await value(prometheus, expression);
    check(`${expression} is ${expected}`, found === expected, found);
  }
}

checkFiles();
const waypost = await startWaypost({
  vars: { METRICS_TOKEN: TOKEN, METRICS_FLUSH_MS: '200', PING_HOLD_MAX_S: '2', LOG_LEVEL: 'error' },
});
try {
  const refused = await fetch(new URL('/metrics', waypost.url), {
    headers: { authorization: 'Bearer wrong' },
  });
  check('another token is refused', refused.status === 401, refused.status);
  const traffic = await openTraffic(waypost);
  await traffic.round();
  const prometheus = await startPrometheus(waypost.url, TOKEN, RULES);
  try {
    // The first round makes the series, the second one moves them.
    await until(prometheus, 'count_over_time(up[1m]) >= 2');
    await traffic.round();
    await until(prometheus, `scheduled_runs_total{cron="reminders",result="ok"} == 2`);
    await sleep(2_500);
    check('Prometheus reads the text', (await value(prometheus, 'up{job="waypost"}')) === 1);
    await checkCounts(prometheus, 2);
    await checkBoards(prometheus);
    await checkRules(prometheus);
  } finally {
    await prometheus.stop();
  }
} finally {
  await waypost.stop();
}

for (const failure of failures) console.error(`FAIL ${failure}`);
console.log(`${passed} checks passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
