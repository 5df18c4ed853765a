import { child, children, el, textOf } from '../codecs/wbxml/index.ts';
import { parseQuery } from '../core/search/parse.ts';
import { createPostgresStores } from '../store/index.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { type Account, BenchDevice } from './device.ts';
import type { BenchWorker } from './local.ts';
import { benchMail, QUESTIONS } from './search-mail.ts';
import { type Figures, figures, round, timed } from './stats.ts';

const MESSAGES_PER_REQUEST = 2000;
const DOCUMENTS_PER_WRITE = 200;
const ROUNDS = 8;

interface SearchFigures {
  /** Milliseconds by question. */
  questions: Record<string, Figures>;
  /** Over all questions. */
  all: Figures;
}

function summary(series: Record<string, number[]>): SearchFigures {
  const questions = Object.fromEntries(Object.entries(series).map(([name, list]) => [name, figures(list)]));
  return { questions, all: figures(Object.values(series).flat()) };
}

/** Every question in turn, `ROUNDS` times. */
async function interleave(ask: (question: string) => Promise<unknown>): Promise<SearchFigures> {
  const series: Record<string, number[]> = {};
  for (let i = 0; i <= ROUNDS; i++) {
    for (const [name, question] of Object.entries(QUESTIONS)) {
      const time = await timed(() => ask(question));
      // The first round warms up.
      if (i > 0) series[name] = [...(series[name] ?? []), time];
    }
  }
  return summary(series);
}

interface D1SearchFigures {
  index: SearchFigures;
  relevance: SearchFigures;
  /** Whole Search commands over HTTP, with bodies cut at 512 bytes. */
  command: SearchFigures;
  loadPerSecond: number;
}

/** `count` messages in one mailbox on D1: the index alone, and the Search command of ActiveSync. */
export async function searchOnD1(
  worker: BenchWorker,
  account: Account,
  count: number,
): Promise<D1SearchFigures> {
  const call = async (path: string, query: Record<string, string | number>) => {
    const entries = Object.entries(query).map(([k, v]): [string, string] => [k, String(v)]);
    const search = new URLSearchParams([['user', account.address], ...entries]);
    const response = await fetch(`${worker.url}/bench/${path}?${search}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  };
  const now = Date.now();
  const load = await timed(async () => {
    for (let from = 0; from < count; from += MESSAGES_PER_REQUEST) {
      const to = Math.min(count, from + MESSAGES_PER_REQUEST);
      await call('search-load', { from, to, of: count, now });
    }
  });
  const device = new BenchDevice(account, 'BENCHSEARCH');
  return {
    loadPerSecond: round(count / (load / 1000)),
    index: await interleave((q) => call('search-ask', { q })),
    relevance: await interleave((q) => call('search-ask', { q, order: 'relevance' })),
    command: await interleave((q) => searchCommand(device, q)),
  };
}

/** Results of one Search. */
async function searchCommand(device: BenchDevice, words: string): Promise<number> {
  const root = await device.command(
    'Search',
    el(
      'Search:Search',
      el(
        'Search:Store',
        el('Search:Name', 'Mailbox'),
        el('Search:Query', el('Search:And', el('AirSync:Class', 'Email'), el('Search:FreeText', words))),
        el(
          'Search:Options',
          el('Search:RebuildResults'),
          el('Search:Range', '0-99'),
          el('AirSyncBase:BodyPreference', el('AirSyncBase:Type', 1), el('AirSyncBase:TruncationSize', 512)),
        ),
      ),
    ),
  );
  const store = child(child(root ?? undefined, 'Search:Response'), 'Search:Store');
  const status = textOf(store, 'Search:Status');
  if (status !== '1') throw new Error(`Search: status ${status}`);
  return children(store, 'Search:Result').length;
}

interface PostgresSearchFigures {
  index: SearchFigures;
  relevance: SearchFigures;
  loadPerSecond: number;
}

/** The same index on PostgreSQL, through one connection. */
export async function searchOnPostgres(count: number): Promise<PostgresSearchFigures> {
  const server = await startPostgres();
  try {
    const connectionString = await server.createMigrated();
    const { search } = createPostgresStores({ connectionString, defer: () => undefined, idleMs: 60_000 });
    const ref = { tenantId: 'bench', mailboxId: 'bench', shard: 'POSTGRES' };
    const now = Date.now();
    const load = await timed(async () => {
      for (let from = 0; from < count; from += DOCUMENTS_PER_WRITE) {
        const list = Array.from({ length: Math.min(DOCUMENTS_PER_WRITE, count - from) }, (_, i) =>
          benchMail(from + i, count, now).document(from + i + 1, (from + i) % 10 === 3 ? 'archive' : 'inbox'),
        );
        await search.index(ref, ...list);
      }
    });
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString });
    await client.connect();
    // What autovacuum does by itself on a server that lives longer than a minute.
    await client.query('vacuum analyze search.documents');
    await client.end();
    const ask = (order: 'newest' | 'relevance') => (q: string) => {
      const query = parseQuery(q, { now });
      if (query === null) throw new Error('search: no question');
      return search.query(ref, query, { order, limit: 1000 });
    };
    return {
      loadPerSecond: round(count / (load / 1000)),
      index: await interleave(ask('newest')),
      relevance: await interleave(ask('relevance')),
    };
  } finally {
    await server.stop();
  }
}
