/**
 * Signs messages of many shapes as they leave, and lets dkimpy verify each signature on the exact bytes, RSA and
 * Ed25519; copies that were tampered with must fail. Where OpenDKIM is installed it verifies the RSA signatures too.
 *
 *   node test/clients/dkim/dkim.check.ts
 *
 * Exit status: 0 all as it should be, 1 not, 3 no python3 with dkim and nacl (Debian: python3-dkim python3-nacl).
 */
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tenant, User } from '../../../core/identity/types.ts';
import { createDkim } from '../../../outbound/dkim/index.ts';
import { addActiveKey } from '../../../outbound/dkim/testing.ts';
import { prepare, withoutBcc } from '../../../outbound/prepare.ts';
import { createSeal } from '../../../platform/sealed.ts';
import { createMemoryStores } from '../../../store/memory/index.ts';
import { corpus, NOT_FOR_DKIMPY } from './corpus.ts';
import { tamper } from './tamper.ts';

type Result = [algorithm: string, ok: boolean];
const ALGORITHMS = ['rsa-sha256', 'ed25519-sha256'] as const;
const VERIFIER = fileURLToPath(new URL('./verify.py', import.meta.url));

const python = ['python3', '/usr/bin/python3'].find(
  (one) => spawnSync(one, ['-c', 'import dkim, nacl.signing']).status === 0,
);
if (python === undefined) {
  console.error('there is no python3 with dkim and nacl');
  process.exit(3);
}

/** A world with one tenant whose domain has a key of each algorithm. */
async function signer() {
  const stores = createMemoryStores();
  const seal = createSeal('a secret for the messages of this check, 48 bytes');
  const domain = { domain: 'one.test', tenantId: 't', catchAllUserId: null, enabled: true };
  const tenant: Tenant = { tenantId: 't', name: 't', status: 'active', mailShard: 'MAIL_1' };
  await stores.directory.createTenant(tenant);
  await stores.directory.createDomain(domain);
  const user: User = {
    ...{ tenantId: 't', userId: 'ann', address: 'ann@one.test', displayName: 'Ann' },
    ...{ status: 'active', quotaBytes: null, createdAt: 1 },
  };
  await stores.directory.createUser(user);
  const records: Record<string, string> = {};
  for (const algorithm of ALGORITHMS) {
    const base = { tenantId: 't', domain: 'one.test', selector: algorithm.slice(0, 3), algorithm };
    const { name, record } = await addActiveKey({ ...stores, seal }, base);
    records[name] = record;
  }
  const dkim = createDkim({ ...stores, seal, now: Date.now, dkimExpirySeconds: 14 * 86_400 });
  return { stores, tenant, user, dkim, records };
}

/** Each message as it leaves: checked, completed, without Bcc, signed. */
async function leave(world: Awaited<ReturnType<typeof signer>>, raw: Uint8Array): Promise<Uint8Array> {
  const { tenant, user } = world;
  const sender = { ref: { tenantId: 't', mailboxId: 'ann', shard: 'MAIL_1' }, tenant, user };
  const prepared = await prepare(
    { directory: world.stores.directory, maxMessageBytes: 26_214_400, now: Date.now },
    { sender, submissionId: 'submission', raw },
  );
  if (typeof prepared === 'string') throw new Error(prepared);
  const bytes = Buffer.concat(await world.dkim.sign('t', 'one.test', withoutBcc(prepared.message)));
  // RFC 5321 4.1.1.4: the next host's copy ends its last line in any case.
  return new Uint8Array(
    bytes.subarray(-2).toString() === '\r\n' ? bytes : Buffer.concat([bytes, Buffer.from('\r\n')]),
  );
}

function verify(folder: string): Map<string, Result[]> {
  const run = spawnSync(python ?? '', [VERIFIER, folder], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.status !== 0) throw new Error(run.stderr);
  const lines = run.stdout.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const { name, results } = JSON.parse(line) as { name: string; results: Result[] };
      return [name, results];
    }),
  );
}

/** Null where OpenDKIM is not installed, else whether it takes the signatures of a message that it knows. */
function openDkim(folder: string, file: string): boolean | null {
  const run = spawnSync('opendkim', ['-x', join(folder, 'opendkim.conf'), '-t', file], { encoding: 'utf8' });
  if (run.error !== undefined) return null;
  return /verification \(s=rsa,? d=one\.test[^)]*\) succeeded/i.test(`${run.stdout}${run.stderr}`);
}

const folder = mkdtempSync(join(tmpdir(), 'dkim-'));
let passed = 0;
let failed = 0;
function report(name: string, fault: string | null): void {
  if (fault === null) passed++;
  else {
    failed++;
    console.error(`${name}: ${fault}`);
  }
}

try {
  const world = await signer();
  const [good, bad] = ['good', 'bad'].map((name) => join(folder, name)) as [string, string];
  for (const each of [good, bad]) {
    mkdirSync(each);
    writeFileSync(join(each, 'records.json'), JSON.stringify(world.records));
  }
  const keys = Object.entries(world.records).map(([name, record]) => `${name} ${record}\n`);
  writeFileSync(join(folder, 'keys'), keys.join(''));
  writeFileSync(
    join(folder, 'opendkim.conf'),
    `Mode v\nTestPublicKeys ${join(folder, 'keys')}\nAllowSHA1Only no\n`,
  );

  for (const { name, raw } of corpus()) {
    const signed = await leave(world, raw);
    writeFileSync(join(good, `${name}.eml`), signed);
    for (const [what, copy] of tamper(signed)) writeFileSync(join(bad, `${name} with ${what}.eml`), copy);
  }
  let opinions = 0;
  for (const [name, results] of verify(good)) {
    const wanted = JSON.stringify(ALGORITHMS.map((algorithm): Result => [algorithm, true]));
    const right = name === NOT_FOR_DKIMPY || JSON.stringify(results) === wanted;
    report(name, right ? null : JSON.stringify(results));
    const opinion = openDkim(folder, join(good, `${name}.eml`));
    if (opinion !== null) {
      opinions++;
      report(`${name} (OpenDKIM)`, opinion ? null : 'does not verify');
    }
  }
  for (const [name, results] of verify(bad)) {
    const fooled = results.filter(([, ok]) => ok).map(([algorithm]) => algorithm);
    report(
      name,
      fooled.length === 0 && results.length > 0 ? null : `still verifies: ${JSON.stringify(results)}`,
    );
  }
  console.log(`dkimpy${opinions > 0 ? ' and OpenDKIM' : ''} on ${corpus().length} shapes`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
