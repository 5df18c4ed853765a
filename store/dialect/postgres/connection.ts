import type { Client, QueryArrayResult } from 'pg';
import { askedId } from '../../text.ts';

export interface PostgresOptions {
  connectionString: string;
  /** Keeps the invocation alive until the promise settles (waitUntil). */
  defer: (work: Promise<unknown>) => void;
  /** Milliseconds after which the server gives a statement up. */
  statementTimeoutMs?: number;
  /** Milliseconds without a statement after which the connection is closed; the next statement opens another. */
  idleMs?: number;
}

export interface Statement {
  sql: string;
  params: unknown[];
}

const STATEMENT_TIMEOUT_MS = 15_000;
/** The server ends a slow statement first; this one is for a server that no longer answers. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_MS = 500;

/** PostgreSQL ends the statement over a NUL in text. Stored text has none; this is about ids in questions. */
function sendable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? askedId(value) : value;
}

/** OIDs of int8 and numeric: counts and sums, which are far below 2^53 here. */
const NUMBERS = new Set([20, 1700]);

/**
 * The one connection of an invocation. A socket belongs to the invocation that opened it, so that this must never be
 * kept for another. Opened by the first statement, closed when idle.
 */
export class PostgresConnection {
  readonly #options: PostgresOptions;
  #client: Promise<Client> | null = null;
  #closed: () => void = () => undefined;
  #running = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PostgresOptions) {
    this.#options = options;
  }

  /**
   * Hands all statements to the client in one go, with nothing awaited in between, so that statements of concurrent
   * callers cannot come between them. Results in order; the first error of the list is the one thrown.
   */
  async run(statements: readonly Statement[]): Promise<QueryArrayResult<unknown[]>[]> {
    // What the driver refuses by itself never reaches the server, whose transaction would then commit the rest.
    for (const { params } of statements) {
      if (
        !params.every((value) => value === null || typeof value === 'string' || typeof value === 'number')
      ) {
        throw new Error('store: parameters are text, numbers or null');
      }
    }
    this.#running++;
    clearTimeout(this.#idle);
    try {
      const client = await this.#open();
      const settled = await Promise.allSettled(
        statements.map(({ sql, params }) =>
          client.query<unknown[]>({ text: sql, values: params.map(sendable), rowMode: 'array' }),
        ),
      );
      return settled.map((outcome) => {
        if (outcome.status === 'rejected') throw outcome.reason;
        return outcome.value;
      });
    } finally {
      this.#running--;
      if (this.#running === 0) this.#idle = setTimeout(() => this.#close(), this.#options.idleMs ?? IDLE_MS);
    }
  }

  #open(): Promise<Client> {
    if (this.#client === null) {
      const opening = this.#connect();
      this.#client = opening;
      opening.catch(() => this.#forget(opening));
      this.#options.defer(
        new Promise<void>((resolve) => {
          this.#closed = resolve;
        }),
      );
    }
    return this.#client;
  }

  async #connect(): Promise<Client> {
    // Only here, so that an installation on D1 never loads the driver.
    const { default: pg } = await import('pg');
    const client = new pg.Client({
      connectionString: this.#options.connectionString,
      statement_timeout: this.#options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      // A list of statements is one round trip and not one for each.
      pipeline: true,
      types: {
        getTypeParser: (oid: number, format?: string) =>
          NUMBERS.has(oid) ? Number : pg.types.getTypeParser(oid, format as 'text'),
      },
    } as ConstructorParameters<typeof pg.Client>[0]);
    const opened = this.#client;
    client.on('error', () => this.#forget(opened));
    client.on('end', () => this.#forget(opened));
    await client.connect();
    return client;
  }

  /** The next statement opens a new connection. */
  #forget(client: Promise<Client> | null): void {
    if (client !== null && this.#client === client) {
      this.#client = null;
      this.#closed();
    }
  }

  #close(): void {
    const client = this.#client;
    if (client === null || this.#running > 0) return;
    this.#client = null;
    const closed = this.#closed;
    client
      .then((c) => c.end())
      .catch(() => undefined)
      .then(closed);
  }
}
