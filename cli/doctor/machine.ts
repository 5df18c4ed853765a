import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { type DoctorFinding, fine, trouble, unknown, warning } from '../../shared/admin/doctor.ts';
import { CommandError } from '../command.ts';
import { type Home, PROJECT_ROOT, readInstallation, readRunning } from '../local/home.ts';
import { requireFreePort } from '../local/port.ts';
import { loadWrangler } from '../local/wrangler.ts';

const USUAL_PORT = 8787;

/** What `waypost start` needs of this machine. */
export async function lookAtMachine(home: Home, running: boolean): Promise<DoctorFinding[]> {
  return [
    fine('machine.node', `${process.version} runs the command`),
    await lookAtWrangler(),
    ...(await lookAtHome(home)),
    ...(running ? [fine('machine.port', 'the server is running')] : [await lookAtPort()]),
  ];
}

async function lookAtWrangler(): Promise<DoctorFinding> {
  const check = 'machine.wrangler';
  const wanted = packageJson.devDependencies.wrangler;
  try {
    const wrangler = await loadWrangler();
    wrangler.unstable_readConfig({ config: join(PROJECT_ROOT, 'wrangler.toml') }, { hideWarnings: true });
    return fine(check, `${wanted} is installed and reads wrangler.toml`);
  } catch (error) {
    return trouble(check, firstLine(error), 'npm ci in the project, and put wrangler.toml back as it was');
  }
}

async function lookAtHome(home: Home): Promise<DoctorFinding[]> {
  const check = 'machine.state';
  const parent = existsSync(home.dir) ? home.dir : join(home.dir, '..');
  try {
    accessSync(parent, constants.W_OK);
  } catch {
    return [trouble(check, `${parent} cannot be written`, 'set WAYPOST_HOME to a directory of your own')];
  }
  const secrets = join(home.dir, 'installation.json');
  if (!existsSync(secrets))
    return [unknown(check, `nothing is in ${home.dir} yet: "npm start" makes an installation`)];
  if ((await readInstallation(home)) === null)
    return [
      trouble(check, `${secrets} is damaged`, 'put it back from a copy, or begin anew: npm start -- --fresh'),
    ];
  const open = process.platform !== 'win32' && (statSync(secrets).mode & 0o077) !== 0;
  const stale = (await readRunning(home)) !== null && !existsSync(join(home.dir, 'lock'));
  return [
    open
      ? warning(check, `${secrets} can be read by others`, `chmod 600 ${secrets}`)
      : fine(check, `${home.dir} is an installation`),
    ...(stale
      ? [
          warning(
            'machine.dev',
            'dev.json tells of a server that is gone',
            `rm ${join(home.dir, 'dev.json')}`,
          ),
        ]
      : []),
  ];
}

async function lookAtPort(): Promise<DoctorFinding> {
  const check = 'machine.port';
  try {
    await requireFreePort(USUAL_PORT);
    return fine(check, `${USUAL_PORT} is free`);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return warning(check, `${USUAL_PORT} is taken`, 'npm start -- --port N');
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? text;
}
