/**
 * Drives exchangelib (Debian package python3-exchangelib) through whole workflows against a running Waypost.
 *
 *   node test/clients/exchangelib/exchangelib.check.ts
 *
 * Exit status: 0 every step works, 1 not, 3 no Python with exchangelib.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { driveClient } from '../ews/driver.ts';

const python = ['/usr/bin/python3', 'python3'].find(
  (one) => spawnSync(one, ['-c', 'import exchangelib']).status === 0,
);
if (python === undefined) {
  console.error('there is no python3 with exchangelib (Debian package python3-exchangelib)');
  process.exit(3);
}
const program = fileURLToPath(new URL('./run.py', import.meta.url));
await driveClient(() => ({ command: python, args: [program] }));
