import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tree = mkdtempSync(join(tmpdir(), 'import-rules-'));
afterAll(() => rmSync(tree, { recursive: true, force: true }));

const REFUSED = [
  ['codecs/wbxml/a.ts', '../../core/errors.ts'],
  ['codecs/wbxml/b.ts', 'node:fs'],
  ['core/mail/a.ts', '../../store/index.ts'],
  ['core/mail/b.ts', 'cloudflare:workers'],
  ['store/a.ts', '../platform/log.ts'],
  ['platform/a.ts', '../workers/index.ts'],
  ['durable-objects/a.ts', '../store/index.ts'],
  ['workers/activesync/a.ts', '../../store/index.ts'],
  ['workers/activesync/b.ts', '../admin/index.ts'],
  ['workers/queue-consumers/a.ts', '../activesync/index.ts'],
] as const;

const ALLOWED = [
  ['core/mail/c.ts', '../../codecs/wbxml/index.ts'],
  ['store/b.ts', '../core/errors.ts'],
  ['workers/activesync/c.ts', '../../core/errors.ts'],
  ['workers/activesync/commands/a.ts', '../status.ts'],
  ['workers/index.ts', '../store/index.ts'],
] as const;

test('the lint step refuses exactly the imports that cross the layers', () => {
  const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as Record<string, unknown>;
  writeFileSync(join(tree, 'biome.json'), JSON.stringify({ ...config, $schema: undefined, vcs: undefined }));
  cpSync(join(root, 'package.json'), join(tree, 'package.json'));
  for (const [path, imported] of [...REFUSED, ...ALLOWED]) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), `import { x } from '${imported}';\n\nexport const y = x;\n`);
  }
  const biome = join(root, 'node_modules/.bin/biome');
  const run = spawnSync(biome, ['lint', '--only=style/noRestrictedImports', '--reporter=github', '.'], {
    cwd: tree,
    encoding: 'utf8',
  });
  const flagged = [...run.stdout.matchAll(/noRestrictedImports,file=([^,]+),/g)].map((m) => m[1]);
  expect(flagged.sort()).toEqual(REFUSED.map(([path]) => path).sort());
});
