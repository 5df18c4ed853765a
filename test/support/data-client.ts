import { createDataClient, DataError, type DataMethods } from '../../data-client/index.ts';
import type { UserView } from '../../shared/admin-api.ts';
import type { Waypost } from './harness.ts';

export const TOKEN = 'main-token-0123456789-0123456789-0123456789';
export const OTHER_TOKEN = 'next-token-0123456789-0123456789-0123456789';
export const INTERNAL_TOKENS = `portal:${TOKEN}, portal:${OTHER_TOKEN}`;

/** A client whose requests go to a Waypost of a test, and the answers that it got. */
export function dataClient(server: Pick<Waypost, 'fetch'>, token = TOKEN) {
  const answers: { url: string; method: string; response: Response }[] = [];
  const client: DataMethods = createDataClient({
    ...{ baseUrl: 'https://waypost.test/', token },
    async fetch(url, init) {
      const { pathname, search } = new URL(url);
      const response = await server.fetch(pathname + search, init);
      answers.push({ url, method: init.method ?? 'GET', response: response.clone() });
      return response;
    },
  });
  return { client, answers };
}

/** The code and status of what a call fails by. */
export async function failure(call: Promise<unknown>): Promise<[string, number]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof DataError) return [error.code, error.status];
    throw error;
  }
  throw new Error('the call did not fail');
}

export function scopeOf({ tenantId, userId }: UserView): { tenant: string; user: string } {
  return { tenant: tenantId, user: userId };
}

export async function textOf(body: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(body).text();
}

export const bytesOf = (text: string) => new TextEncoder().encode(text);
