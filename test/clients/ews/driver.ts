import { spawn } from 'node:child_process';
import { type Office, openOffice, PASSWORD } from './office.ts';

export interface Driver {
  command: string;
  args: string[];
  env?: Record<string, string>;
  /** Ends what stands between the driver and the server. */
  stop?: () => Promise<void>;
}

/** Generous: a driver waits for conditions, and ends as soon as they are met. */
const LIMIT_MS = 300_000;

/**
 * Opens an office, starts the program that drives a real client against it, and ends with 0 when the program ended so.
 * It finds the server in EWS_URL and signs in with EWS_USER and EWS_PASSWORD; what it prints is shown.
 */
export async function driveClient(driverOf: (office: Office) => Driver | Promise<Driver>): Promise<void> {
  const office = await openOffice();
  try {
    const { command, args, env = {}, stop = async () => undefined } = await driverOf(office);
    process.exitCode = await run(command, args, {
      ...process.env,
      EWS_URL: new URL('/EWS/Exchange.asmx', office.url).href,
      EWS_USER: 'alice@example.com',
      EWS_PASSWORD: PASSWORD,
      PYTHONDONTWRITEBYTECODE: '1',
      ...env,
    }).finally(stop);
  } finally {
    await office.stop();
  }
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    const limit = setTimeout(() => {
      console.log(`FAIL the driver has not ended in ${LIMIT_MS / 1000} s`);
      child.kill('SIGKILL');
    }, LIMIT_MS);
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(limit);
      resolve(status ?? 1);
    });
  });
}
