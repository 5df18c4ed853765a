import { describe, expect, it } from 'vitest';
import { patientFetch } from './patient.ts';

const at = new URL('https://mail.example.com/admin/v1/users');
type Answer = Response | 'lost';
const problem = (status: number, code: string, retryAfter?: string) =>
  Response.json({ code }, { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } });

/** Gives these answers one after the other. */
function server(...answers: Answer[]) {
  const asked: Headers[] = [];
  const waits: number[] = [];
  const fetch = patientFetch(
    async (_url, init) => {
      asked.push(new Headers(init.headers));
      const next = answers.shift();
      if (next === undefined) throw new Error('asked too often');
      if (next === 'lost') throw new TypeError('fetch failed');
      init.signal?.throwIfAborted();
      return next;
    },
    async (ms) => void waits.push(ms),
  );
  const send = (init: RequestInit = {}) =>
    fetch(at, { method: 'POST', headers: { authorization: 'Bearer t' }, ...init });
  const keys = () => asked.map((headers) => headers.get('idempotency-key'));
  return { send, keys, waits };
}

describe('a request to an installation far away', () => {
  it('that is lost is sent again with the same key, and another has another', async () => {
    const { send, keys, waits } = server('lost', 'lost', Response.json({}), Response.json({}));
    expect((await send()).status).toBe(200);
    expect(waits).toEqual([500, 2000]);
    await send();
    const [first, second, third, other] = keys();
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect([second, third]).toEqual([first, first]);
    expect(other).not.toBe(first);
  });

  it('is given up after three attempts, with the last answer or fault', async () => {
    const down = server('lost', 'lost', 'lost');
    await expect(down.send()).rejects.toThrow('fetch failed');
    const busy = server(problem(503, 'x'), problem(502, 'x'), problem(503, 'last'));
    expect(((await (await busy.send()).json()) as { code: string }).code).toBe('last');
  });

  it('waits as long as it is told, but not for long', async () => {
    const { send, waits } = server(
      problem(429, 'x', '3'),
      problem(409, 'in-progress', '5'),
      Response.json({}),
    );
    expect((await send()).status).toBe(200);
    expect(waits).toEqual([3000, 5000]);
    const late = server(problem(429, 'x', '60'));
    expect((await late.send()).status).toBe(429);
    expect(late.waits).toEqual([]);
  });

  it('that is refused is refused at once', async () => {
    for (const [status, code] of [
      [409, 'conflict'],
      [409, 'already-done'],
      [400, 'invalid'],
      [401, 'unauthorized'],
      [500, 'internal'],
    ] as const) {
      const { send, waits } = server(problem(status, code));
      expect((await send()).status).toBe(status);
      expect(waits).toEqual([]);
    }
  });

  it('needs no key where repeating does nothing, and is sent once where it cannot have one', async () => {
    const read = server('lost', Response.json({}));
    await read.send({ method: 'GET' });
    expect(read.keys()).toEqual([null, null]);
    const csv = server('lost');
    await expect(csv.send({ headers: { 'content-type': 'text/csv' } })).rejects.toThrow('fetch failed');
    expect(csv.keys()).toEqual([null]);
  });

  it('ends when its time is over', async () => {
    const { send, waits } = server('lost');
    await expect(send({ signal: AbortSignal.abort() })).rejects.toThrow();
    expect(waits).toEqual([]);
  });
});
