import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Home, openHome } from './home.ts';
import { lockState } from './lock.ts';

let home: Home;
beforeEach(() => {
  home = openHome(mkdtempSync(join(tmpdir(), 'waypost-lock-')));
});
afterEach(() => rmSync(home.dir, { recursive: true, force: true }));

const file = () => join(home.dir, 'lock');

describe('the lock of the local state', () => {
  it('is taken by one at a time and given back', async () => {
    const unlock = await lockState(home, 0);
    expect(readFileSync(file(), 'utf8')).toBe(String(process.pid));
    await expect(lockState(home, 0)).rejects.toThrow(`in use by process ${process.pid}`);
    unlock();
    expect(existsSync(file())).toBe(false);
    (await lockState(home, 0))();
  });

  it('is waited for', async () => {
    const unlock = await lockState(home, 0);
    const second = lockState(home, 30_000);
    unlock();
    (await second)();
  });

  it('is taken from a process that is gone', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(file(), String(pid));
    (await lockState(home, 0))();
  });

  it('is not taken from a process of somebody else, or one it cannot read', async () => {
    for (const holder of ['1', 'x']) {
      writeFileSync(file(), holder);
      await expect(lockState(home, 0)).rejects.toThrow('is in use');
    }
  });
});
