/**
 * Drives ews-javascript-api through whole workflows against a running Waypost.
 *
 *   node test/clients/ews-javascript-api/ews-javascript-api.check.ts
 *
 * Exit status: 0 every step works, 1 not.
 */
import { fileURLToPath } from 'node:url';
import { driveClient } from '../ews/driver.ts';

const program = fileURLToPath(new URL('./run.ts', import.meta.url));
await driveClient(() => ({ command: process.execPath, args: [program] }));
