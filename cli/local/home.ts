import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** The project's directory, with wrangler.toml and migrations/. */
export const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Where the local installation lives: `.waypost` in the project, or WAYPOST_HOME. */
export interface Home {
  dir: string;
  /** Databases, blobs and objects of the local Worker. */
  state: string;
  postgres: string;
  log: string;
}

export function openHome(dir = process.env['WAYPOST_HOME'] ?? join(PROJECT_ROOT, '.waypost')): Home {
  return {
    dir,
    state: join(dir, 'state'),
    postgres: join(dir, 'pg'),
    log: join(dir, 'worker.log'),
  };
}

const demoUserSchema = z.object({
  address: z.string(),
  displayName: z.string(),
  password: z.string(),
  appPassword: z.string().nullable(),
});
export type DemoUser = z.infer<typeof demoUserSchema>;

const installationSchema = z.object({
  adminToken: z.string().min(16),
  store: z.enum(['d1', 'postgres']),
  /** What secrets in the databases are sealed with: lost with it. */
  secretsKey: z.string().min(32),
  /** Users of the demo tenant; null until it was made. */
  demo: z.array(demoUserSchema).nullable(),
});
/** What is kept of the local installation beside its data. */
export type Installation = z.infer<typeof installationSchema>;

const runningSchema = z.object({
  url: z.url(),
  pid: z.number().int(),
  users: z.array(z.object({ address: z.string(), password: z.string() })),
  adminToken: z.string(),
});
/** The local server that runs now (`dev.json`); other programs read this file too. */
export type RunningServer = z.infer<typeof runningSchema>;

export function newInstallation(store: Installation['store']): Installation {
  return {
    adminToken: randomBytes(24).toString('base64url'),
    secretsKey: newSecretsKey(),
    store,
    demo: null,
  };
}

function newSecretsKey(): string {
  return randomBytes(32).toString('base64url');
}

export async function readInstallation(home: Home): Promise<Installation | null> {
  const path = join(home.dir, 'installation.json');
  const kept = await readJson(path, installationSchema.partial({ secretsKey: true }));
  if (kept === null || kept.secretsKey !== undefined) return kept as Installation | null;
  // Made before there were secrets to keep.
  const completed = { ...kept, secretsKey: newSecretsKey() };
  await writeInstallation(home, completed);
  return completed;
}

export async function writeInstallation(home: Home, installation: Installation): Promise<void> {
  await writeSecret(join(home.dir, 'installation.json'), installation);
}

export async function readRunning(home: Home): Promise<RunningServer | null> {
  return readJson(join(home.dir, 'dev.json'), runningSchema);
}

export async function writeRunning(home: Home, running: RunningServer): Promise<void> {
  await writeSecret(join(home.dir, 'dev.json'), running);
}

export async function forgetRunning(home: Home): Promise<void> {
  await rm(join(home.dir, 'dev.json'), { force: true });
}

/** Removes data and secrets of the local installation. Touches only what it made itself. */
export async function eraseHome(home: Home): Promise<void> {
  for (const path of [home.state, home.postgres, home.log]) await rm(path, { recursive: true, force: true });
  await rm(join(home.dir, 'installation.json'), { force: true });
  await forgetRunning(home);
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  if (!existsSync(path)) return null;
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Half-written or of another version: as good as none.
    return null;
  }
}

/** Written aside and renamed, so that a reader never sees half of it; readable by its owner only. */
async function writeSecret(path: string, value: unknown): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}
