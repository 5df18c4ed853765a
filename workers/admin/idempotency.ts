import type { Context, MiddlewareHandler } from 'hono';
import { FRAMES_TYPE } from '../../codecs/frames/index.ts';
import { InvalidInputError } from '../../core/errors.ts';
import { type Grant, tenantsOf } from '../../core/identity/roles.ts';
import type { AnswerKey, KeptAnswer } from '../../core/ports/kept-answers.ts';
import { secretHash } from '../../platform/auth/browser/tokens.ts';
import { newId } from '../../platform/ids.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import type { AdminEnv } from './context.ts';
import { AdminError, InProgressError } from './problem.ts';

type C = Context<AdminEnv>;
type Parts = Pick<Services, 'directory' | 'now' | 'log'>;

const KEPT_MS = 86_400_000;
/** An attempt that has run for longer has broken off: no request is given as much time. */
const ABANDONED_MS = 120_000;
const RETRY_AFTER_SECONDS = 5;
/** Longest answer that is kept, in characters. */
const MAX_ANSWER = 65_536;
/** RFC 8941 3.3.3; without the quotes too, as many clients send it. */
const KEY = /^(?:"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,255})"|([\w.:~+/=-]{1,255}))$/;
/** Members of answers that are shown once and kept nowhere, or as a hash alone. */
const SECRET = /(?:token|secret|password|privatekey|codes)$/i;

/**
 * Requests with an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) act once: the same request of the same
 * caller gets the answer of the first. Behind the guard: what a caller may not do any more is not answered from memory.
 * An answer that tells of a fault frees the key, since nothing of it has to be kept from happening twice.
 */
export function once({ directory, now, log }: Parts, noted: Set<string>): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    const header = c.req.header('idempotency-key');
    // What is imported is in the mailbox once, however often it comes, and is too long to be held.
    if (header === undefined || c.req.header('content-type') === FRAMES_TYPE) return next();
    const { actor, grants } = c.get('caller');
    const key: AnswerKey = {
      tenantId: homeOf(grants),
      caller: actor,
      keyHash: await secretHash(keyOf(header)),
    };
    const claim = newId();
    const requestHash = await hashOf(c);
    const startedAt = now();
    const kept = await directory.claimAnswer(
      { ...key, requestHash, claim, startedAt, expiresAt: startedAt + KEPT_MS },
      startedAt - ABANDONED_MS,
    );
    if (kept.claim !== claim) {
      const answer = again(kept, requestHash);
      noted.add(c.get('correlationId'));
      return answer;
    }
    await next();
    try {
      if (c.res.ok) await directory.finishAnswer(key, claim, await keepable(c.res));
      else await directory.releaseAnswer(key, claim);
    } catch (error) {
      // It is done and its answer goes out; the key frees itself.
      log.error('admin.answer-not-kept', {
        correlationId: c.get('correlationId'),
        error: describeError(error),
      });
    }
  };
}

function keyOf(header: string): string {
  const [, quoted, bare] = KEY.exec(header.trim()) ?? [];
  const key = quoted?.replace(/\\(.)/g, '$1') ?? bare;
  if (key === undefined)
    throw new InvalidInputError('the Idempotency-Key is no string of 1 to 255 characters');
  return key;
}

/** Where the keys of a caller lie: with their tenant. */
function homeOf(grants: readonly Grant[]): string | null {
  return [...(tenantsOf(grants) ?? [])].sort()[0] ?? null;
}

async function hashOf(c: C): Promise<string> {
  const { pathname, search } = new URL(c.req.url);
  const body = await c.req.arrayBuffer();
  const digest = await crypto.subtle.digest('SHA-256', body);
  const bytes = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return secretHash(`${c.req.method} ${pathname}${search}\n${bytes}`);
}

function again({ requestHash, status, body }: KeptAnswer, asked: string): Response {
  if (requestHash !== asked)
    throw new AdminError('idempotency-key-reused', 'the Idempotency-Key was used for another request');
  if (status === null) throw new InProgressError(RETRY_AFTER_SECONDS);
  if (body === null && status !== 204)
    throw new AdminError(
      'already-done',
      'this was done, and its answer is not kept: it was too long, or showed a secret that is shown once',
    );
  const headers = { 'idempotency-replayed': 'true', 'content-type': 'application/json' };
  return status === 204
    ? new Response(null, { status, headers: { 'idempotency-replayed': 'true' } })
    : new Response(body, { status, headers });
}

/** What is kept of an answer: nothing of one that shows a secret. */
async function keepable(answer: Response): Promise<Pick<KeptAnswer, 'status' | 'body'>> {
  const { status } = answer;
  if (!/^application\/json(;|$)/i.test(answer.headers.get('content-type') ?? ''))
    return { status, body: null };
  const body = await answer.clone().text();
  if (body.length > MAX_ANSWER || hasSecret(JSON.parse(body))) return { status, body: null };
  return { status, body };
}

function hasSecret(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, member]) => (SECRET.test(name) && member !== null && member !== false) || hasSecret(member),
  );
}
