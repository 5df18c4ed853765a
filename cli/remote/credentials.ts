import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { CommandError } from '../command.ts';

const schema = z.object({
  /** Origin that `--remote` alone means: of the last `waypost login`. */
  installation: z.string().nullable(),
  /** Tokens by origin. */
  tokens: z.record(z.string(), z.string()),
});
/** What `waypost login` keeps. */
export type Credentials = z.infer<typeof schema>;

type Environment = Readonly<Record<string, string | undefined>>;

/** `waypost/credentials` below XDG_CONFIG_HOME (XDG Base Directory Specification), or below ~/.config. */
export function credentialsPath(env: Environment = process.env): string {
  const base = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return join(base, 'waypost', 'credentials');
}

/** Rejects a file that others on this machine can read: a token in it is no secret any more. */
export function readCredentials(env: Environment = process.env): Credentials {
  const path = credentialsPath(env);
  if (!existsSync(path)) return { installation: null, tokens: {} };
  // Windows has no such bits.
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw new CommandError(`${path} can be read by others: chmod 600 ${path}`);
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new CommandError(`${path} is damaged: remove it and run "waypost login" again`);
  }
}

/** Written aside and renamed, so that a reader never sees half of it; readable by its owner only. */
export async function writeCredentials(
  credentials: Credentials,
  env: Environment = process.env,
): Promise<string> {
  const path = credentialsPath(env);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
  return path;
}

/** Keeps a token for an origin, which `--remote` alone means from now on. Resolves with the file's path. */
export function keepToken(origin: string, token: string, env: Environment = process.env): Promise<string> {
  const { tokens } = readCredentials(env);
  return writeCredentials({ installation: origin, tokens: { ...tokens, [origin]: token } }, env);
}
