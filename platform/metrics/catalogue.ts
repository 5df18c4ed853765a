/** Every metric that `/metrics` tells (docs/operations/observability.md): names, labels, and what they mean. */

type MetricType = 'counter' | 'gauge' | 'histogram';

export interface Metric {
  type: MetricType;
  help: string;
  /** Series that stand at 0 from the beginning, so that the first event is seen as a rise. */
  from0?: readonly Readonly<Record<string, string>>[];
}

/** Parts of the platform that have faults of their own. */
export const PROTOCOLS = [
  ...['activesync', 'ews', 'autodiscover', 'auth', 'admin', 'data', 'files', 'http'],
  ...['smtp', 'outbound', 'queue', 'audit', 'upkeep', 'other'],
] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Queues of wrangler.toml, as the label `stream` names them. */
export const STREAMS = [
  ...['mail-ingest', 'index', 'notify', 'audit', 'outbound', 'arrived', 'retention', 'actions', 'scheduling'],
  'webhooks',
] as const;

/** Kinds of clients that are counted. */
export const CLIENT_TYPES = ['activesync', 'ews', 'autodiscover', 'browser', 'service'] as const;
export type ClientType = (typeof CLIENT_TYPES)[number];

const each = (label: string, values: readonly string[]) => values.map((value) => ({ [label]: value }));
const streamResults = STREAMS.flatMap((stream) => ['done', 'retry'].map((result) => ({ stream, result })));

export const METRICS = {
  http_requests_total: {
    type: 'counter',
    help: 'Requests answered, by route (a template, never a path) and HTTP status.',
  },
  request_duration_seconds: {
    type: 'histogram',
    help: 'Time until the answer began. Ping is held by design: see its route.',
  },
  activesync_sync_total: {
    type: 'counter',
    help: 'Sync commands answered, by HTTP status.',
    from0: [{ code: '200' }],
  },
  clients: {
    type: 'gauge',
    help: 'Different devices and programs that were here in the last quarter of an hour.',
    from0: each('type', CLIENT_TYPES),
  },
  auth_failures_total: {
    type: 'counter',
    help: 'Sign-ins that were refused: denied, limited (too many failures before), unavailable (nobody could tell).',
    from0: ['activesync', 'ews'].flatMap((protocol) =>
      ['denied', 'limited', 'unavailable'].map((reason) => ({ protocol, reason })),
    ),
  },
  email_received_total: {
    type: 'counter',
    help: 'Messages that came by SMTP: accepted (durable), refused (by policy), failed (the sender tries again).',
    from0: each('result', ['accepted', 'refused', 'failed']),
  },
  mail_refused_total: { type: 'counter', help: 'Messages refused by policy, by reason.' },
  email_delivered_total: {
    type: 'counter',
    help: 'Messages placed in mailboxes here.',
    from0: [{}],
  },
  email_submitted_total: { type: 'counter', help: 'Messages that users handed in for sending.', from0: [{}] },
  email_sent_total: {
    type: 'counter',
    help: 'Recipients of sent messages that are settled: sent, or failed for good.',
    from0: each('result', ['sent', 'failed']),
  },
  outbox_messages: {
    type: 'gauge',
    help: 'Messages on their way out: due (their time has come), scheduled (tried later, or not to leave yet).',
  },
  queue_depth: { type: 'gauge', help: 'Messages that wait in a queue, as the platform counts them.' },
  queue_bytes: { type: 'gauge', help: 'Bytes that wait in a queue, as the platform counts them.' },
  consumer_lag: {
    type: 'gauge',
    help: 'Seconds that the oldest message of a queue has waited for its consumer.',
  },
  queue_messages_total: {
    type: 'counter',
    help: 'Deliveries that consumers finished: done, or given back to come again.',
    from0: streamResults,
  },
  queue_wait_seconds: {
    type: 'histogram',
    help: 'Time between sending and first delivery of a queue message.',
  },
  queue_batch_seconds: { type: 'histogram', help: 'Time that a consumer took for a batch.' },
  dead_letters: {
    type: 'gauge',
    help: 'Dead letters that nobody has replayed or discarded.',
    from0: each('stream', STREAMS),
  },
  dead_letters_total: {
    type: 'counter',
    help: 'Queue messages that became dead letters.',
    from0: each('stream', STREAMS),
  },
  errors_total: {
    type: 'counter',
    help: 'Faults of ours: what is logged as an error, and what was thrown.',
    from0: each('protocol', PROTOCOLS),
  },
  scheduled_runs_total: {
    type: 'counter',
    help: 'Runs of the cron, by what it is for and how it ended.',
    from0: ['reconcile', 'upkeep', 'reminders'].flatMap((cron) =>
      ['ok', 'failed'].map((result) => ({ cron, result })),
    ),
  },
  trace_spans_total: {
    type: 'counter',
    help: 'Spans of traces: exported, or dropped because their receiver did not take them.',
    from0: each('result', ['exported', 'dropped']),
  },
  metrics_dropped_total: {
    type: 'counter',
    help: 'Increments of series that are too many to be kept.',
    from0: [{}],
  },
  scrape_part_failed: {
    type: 'gauge',
    help: '1 for what could not be asked in this scrape, whose gauges are left out.',
    from0: each('part', ['dead-letters', 'outbox', 'queues']),
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;

/** Upper bounds in seconds of the buckets of every histogram; the last one is without bound. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600] as const;

/** Objects that share the counting (one takes about a thousand calls a second). */
export const SHARDS = 4;
/** Series that an object keeps. */
export const MAX_SERIES = 5_000;
