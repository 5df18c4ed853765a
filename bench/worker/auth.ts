import { authenticate } from '../../platform/auth/authenticate.ts';
import { standingOf } from '../../platform/auth/standing.ts';
import type { Env } from '../../platform/env.ts';
import { buildServices } from '../../workers/index.ts';

function asked(url: URL): Request {
  const value = (name: string) => url.searchParams.get(name) ?? '';
  const headers = {
    authorization: `Basic ${btoa(`${value('login')}:${value('password')}`)}`,
    'cf-connecting-ip': value('ip'),
  };
  return new Request('https://bench.test/', { headers });
}

/** One sign-in; its outcome. */
export async function signIn(env: Env, url: URL, context: ExecutionContext): Promise<string> {
  const result = await authenticate(asked(url), buildServices(env, context), { protocol: 'activesync' });
  return result.kind;
}

/** `n` sign-ins that are remembered, or (`recheck`) `n` comparisons of one with the directory. */
export async function signInAgain(env: Env, url: URL, context: ExecutionContext): Promise<void> {
  const request = asked(url);
  const services = buildServices(env, context);
  const target = { protocol: 'activesync', deviceId: 'BENCH' } as const;
  const first = await authenticate(request, services, target);
  if (first.kind !== 'ok') throw new Error(`sign-in: ${first.kind}`);
  for (let i = Number(url.searchParams.get('n')); i > 0; i--) {
    if (url.searchParams.has('recheck')) {
      await standingOf(services.directory, first.principal, services.now());
    } else await authenticate(request, services, target);
  }
}
