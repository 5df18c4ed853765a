/**
 * Drives Thunderbird (Debian package thunderbird) through whole workflows of mail against a running Waypost, with its
 * own Exchange account: scripts inside of the program do what its windows do.
 *
 *   node test/clients/thunderbird/thunderbird.check.ts
 *
 * Exit status: 0 every step works, 1 not, 3 no Thunderbird, or one before 153.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { driveClient } from '../ews/driver.ts';

/** The first long-term release whose accounts of Exchange need no switch. */
const OLDEST = 153;

const { status, stdout } = spawnSync('/usr/lib/thunderbird/thunderbird', ['--version'], { encoding: 'utf8' });
const version = Number(/Thunderbird (\d+)/.exec(stdout ?? '')?.[1] ?? 0);
if (status !== 0 || version < OLDEST) {
  console.error(`there is no Thunderbird ${OLDEST} (Debian package thunderbird)`);
  process.exit(3);
}
await driveClient(() => ({
  command: 'python3',
  args: [fileURLToPath(new URL('./run.py', import.meta.url))],
}));
