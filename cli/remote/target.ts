import { AsyncLocalStorage } from 'node:async_hooks';
import { CommandError, UsageError } from '../command.ts';
import { readCredentials } from './credentials.ts';

/** Which installation a command works on, as its line says it; `url` is left out for the one that is always meant. */
export type Target = { kind: 'local' } | { kind: 'remote'; url: string | null };

type Environment = Readonly<Record<string, string | undefined>>;

const chosen = new AsyncLocalStorage<Target | null>();

/** Does work on the installation that the command line names; null: it names none. */
export function withTarget<T>(target: Target | null, work: () => Promise<T>): Promise<T> {
  return chosen.run(target, work);
}

/** Takes `--local`, `--remote`, `--remote URL` and `--remote=URL` out of a command line, wherever they stand. */
export function readTarget(argv: readonly string[]): { argv: string[]; target: Target | null } {
  const rest: string[] = [];
  let target: Target | null = null;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') {
      rest.push(...argv.slice(i));
      break;
    }
    const said = targetOf(word, argv[i + 1]);
    if (said === null) {
      rest.push(word);
      continue;
    }
    if (target !== null)
      throw new UsageError('--local and --remote are for one installation: give one of them');
    target = said.target;
    i += said.words - 1;
  }
  return { argv: rest, target };
}

function targetOf(word: string, next: string | undefined): { target: Target; words: number } | null {
  if (word === '--local') return { target: { kind: 'local' }, words: 1 };
  if (word.startsWith('--remote='))
    return { target: { kind: 'remote', url: word.slice('--remote='.length) }, words: 1 };
  if (word !== '--remote') return null;
  // What follows is the address, or a word of the command itself.
  if (next !== undefined && /^https?:\/\//i.test(next))
    return { target: { kind: 'remote', url: next }, words: 2 };
  return { target: { kind: 'remote', url: null }, words: 1 };
}

/**
 * The installation that the command line or WAYPOST_URL names, with its token out of WAYPOST_ADMIN_TOKEN or of what
 * `waypost login` keeps; null: commands work on the local one.
 */
export function remoteInstallation(env: Environment = process.env): { url: URL; token: string } | null {
  const url = remoteUrl(env);
  if (url === null) return null;
  const token = tokenFor(url, env);
  if (token === null)
    throw new CommandError(
      `there is no token for ${url.origin}: WAYPOST_ADMIN_TOKEN, or "waypost login ${url.origin}"`,
    );
  return { url, token };
}

/** Only its address. */
export function remoteUrl(env: Environment = process.env): URL | null {
  const target = chosen.getStore() ?? null;
  if (target?.kind === 'local') return null;
  const ofEnvironment = env['WAYPOST_URL'] || null;
  if (target === null) return ofEnvironment === null ? null : addressOf(ofEnvironment, 'WAYPOST_URL');
  if (target.url !== null) return addressOf(target.url, '--remote');
  if (ofEnvironment !== null) return addressOf(ofEnvironment, 'WAYPOST_URL');
  const { installation } = readCredentials(env);
  if (installation === null)
    throw new CommandError(
      '--remote needs an address: --remote URL, WAYPOST_URL, or "waypost login URL" once',
    );
  return addressOf(installation, '--remote');
}

/** An address that a token may be sent to. `what` says where it was given. */
export function addressOf(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new CommandError(`${what} is no http or https address: ${text}`);
  if (url.protocol === 'http:' && !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname))
    throw new CommandError(
      `${what} is plain http, which would show the token to everybody on the way: ${text}`,
    );
  return url;
}

/** The token for an address. That of the environment goes nowhere but where the environment says, if it says where. */
export function tokenFor(url: URL, env: Environment = process.env): string | null {
  const [token, named] = [env['WAYPOST_ADMIN_TOKEN'] || null, env['WAYPOST_URL'] || null];
  const fits = named === null || (URL.canParse(named) && new URL(named).origin === url.origin);
  if (token !== null && fits) return token;
  return readCredentials(env).tokens[url.origin] ?? null;
}
