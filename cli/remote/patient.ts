import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

/** Before each further attempt, where the answer does not say when. */
const WAITS_MS = [500, 2000];
/** Somebody is waiting in front of it: an installation that asks for more patience is told of at once. */
const LONGEST_MS = 10_000;
/** What may go well a moment later: the next hop is away, or too much was asked. */
const TRANSIENT = new Set([429, 502, 503, 504]);

/**
 * A fetch for an installation far away: what fails on the way, or for a moment, is tried again, and acts once all the
 * same, since POST and PATCH go with an Idempotency-Key (docs/admin-api.md). Time is bounded by the signal of the request.
 */
export function patientFetch(fetch: Fetch, wait: (ms: number) => Promise<unknown> = sleep): Fetch {
  return async (url, init) => {
    const request = withKey(init);
    if (request === null) return fetch(url, init);
    for (const fallback of WAITS_MS) {
      const answer = await attempt(fetch, url, request);
      const pause = answer === null ? fallback : await pauseAfter(answer, fallback);
      if (answer !== null && pause === null) return answer;
      await answer?.body?.cancel();
      await wait(pause ?? fallback);
    }
    return fetch(url, request);
  };
}

/** null: it went wrong on the way. Rejects when the time is over. */
async function attempt(fetch: Fetch, url: URL, init: RequestInit): Promise<Response | null> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    return null;
  }
}

/** The request as it may be repeated; null: it may not. */
function withKey(init: RequestInit): RequestInit | null {
  const method = init.method ?? 'GET';
  if (method !== 'POST' && method !== 'PATCH') return init;
  const headers = new Headers(init.headers);
  // Other bodies are imports, which are long.
  if (!/^application\/json\b/.test(headers.get('content-type') ?? 'application/json')) return null;
  headers.set('idempotency-key', randomUUID());
  return { ...init, headers };
}

/** Milliseconds until the next attempt; null: this is the answer. */
async function pauseAfter(answer: Response, fallback: number): Promise<number | null> {
  const { status } = answer;
  if (!TRANSIENT.has(status) && !(status === 409 && (await isInProgress(answer)))) return null;
  const asked = answer.headers.get('retry-after');
  if (asked === null) return fallback;
  const pause = Number(asked) * 1000;
  return Number.isFinite(pause) && pause <= LONGEST_MS ? Math.max(pause, fallback) : null;
}

/** The attempt before is still at work, though its answer was lost. */
async function isInProgress(answer: Response): Promise<boolean> {
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  return typeof body === 'object' && body !== null && 'code' in body && body.code === 'in-progress';
}
