import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { PROJECT_ROOT } from '../local/home.ts';
import type { ConfigPath } from './config-file.ts';
import { readLive, readTagged } from './listings.ts';
import { isNoWorker } from './refusals.ts';
import type { Session } from './session.ts';

/**
 * A tag for what would be deployed: the same script, pages and configuration have the same one. Versions bear it, so that
 * a second run knows that there is nothing to deploy.
 */
export async function tagOfBundle(session: Session, file: ConfigPath, text: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'waypost-bundle-'));
  try {
    await session.look(['deploy', '--dry-run', '--outdir', directory, '--config', file.typed]);
    const hash = createHash('sha256').update(text);
    for (const root of [directory, join(PROJECT_ROOT, 'web/public')]) {
      for (const path of filesIn(root)) {
        // wrangler's own notes on the build name the day.
        if (root === directory && /^README\.md$|\.map$/.test(relative(root, path))) continue;
        hash.update(`\0${relative(root, path)}\0`).update(readFileSync(path));
      }
    }
    return `waypost-${hash.digest('hex').slice(0, 16)}`;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

/** Whether all requests are answered by a version with this tag. */
export async function isDeployed(session: Session, worker: string, tag: string): Promise<boolean> {
  const versions = await session.look(['versions', 'list', '--name', worker, '--json'], isNoWorker);
  if (versions.code !== 0) return false;
  const tagged = readTagged(versions, tag);
  if (tagged.length === 0) return false;
  const status = await session.look(['deployments', 'status', '--name', worker, '--json'], () => true);
  return status.code === 0 && readLive(status).some((id) => tagged.includes(id));
}
