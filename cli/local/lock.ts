import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../command.ts';
import type { Home } from './home.ts';

/**
 * Takes the local state for this process: two Workers on the same files would damage them. Waits `waitMs` for
 * another command that is at work. Returns the way to give it back.
 */
export async function lockState(home: Home, waitMs: number): Promise<() => void> {
  mkdirSync(home.dir, { recursive: true });
  const path = join(home.dir, 'lock');
  const until = Date.now() + waitMs;
  for (;;) {
    if (tryLock(path)) return () => rmSync(path, { force: true });
    const holder = holderOf(path);
    if (holder !== null && !isAlive(holder)) {
      rmSync(path, { force: true });
      continue;
    }
    if (Date.now() >= until) {
      throw new CommandError(
        `the local state ${home.dir} is in use by process ${holder ?? 'unknown'}: wait for it or stop it`,
      );
    }
    await sleep(100);
  }
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
