import { describe, expect, test } from 'vitest';
import { createMemoryStores } from '../store/memory/index.ts';
import { createFreshSettings } from './fresh-settings.ts';

function world() {
  let now = 1_000_000;
  const { directory } = createMemoryStores();
  const fresh = createFreshSettings(() => now);
  return {
    directory,
    reader: fresh.reader(directory),
    writer: fresh.writer(directory),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('settings that each message asks for', () => {
  test('are read once in five seconds', async () => {
    const { directory, reader, pass } = world();
    await directory.putTenantSetting('t', 'a', { n: 1 });
    expect(await reader.getTenantSetting('t', 'a')).toEqual({ n: 1 });
    await directory.putTenantSetting('t', 'a', { n: 2 });
    pass(4999);
    expect(await reader.getTenantSetting('t', 'a')).toEqual({ n: 1 });
    pass(2);
    expect(await reader.getTenantSetting('t', 'a')).toEqual({ n: 2 });
  });

  test('are in force at once where they were set', async () => {
    const { reader, writer } = world();
    expect(await reader.getTenantSetting('t', 'a')).toBeNull();
    await writer.putTenantSetting('t', 'a', true);
    expect(await reader.getTenantSetting('t', 'a')).toBe(true);
  });

  test('I25 are those of one tenant, and cannot be changed by who reads them', async () => {
    const { directory, reader } = world();
    await directory.putTenantSetting('t', 'a', { n: 1 });
    const seen = (await reader.getTenantSetting('t', 'a')) as { n: number };
    seen.n = 9;
    expect(await reader.getTenantSetting('t', 'a')).toEqual({ n: 1 });
    expect(await reader.getTenantSetting('u', 'a')).toBeNull();
  });

  test('I30 a clock that goes back makes them old', async () => {
    const { directory, reader, pass } = world();
    expect(await reader.getTenantSetting('t', 'a')).toBeNull();
    await directory.putTenantSetting('t', 'a', 1);
    pass(-60_000);
    expect(await reader.getTenantSetting('t', 'a')).toBe(1);
  });
});
