/** The directory's tenants in the bucket: what a mailbox belongs to, and who may sign in (I28). */
import type { AsideRow, DirectoryArchive } from '../ports/archive.ts';
import type { ObjectStore } from '../ports/objects.ts';
import type { Seal } from '../ports/seal.ts';
import { directoryKey, directoryPrefix, numberIn } from './keys.ts';
import { digestOf } from './lines.ts';

interface Part {
  v: 1;
  tenantId: string;
  table: string;
  rows: AsideRow[];
}

interface ExportManifest {
  v: 1;
  tenantId: string;
  parts: number;
  digest: string;
  at: number;
  sealed: boolean;
}

const ROWS_PER_PART = 1000;
/** Exports that are kept of each tenant. */
const KEEP = 48;

export interface ExportPorts {
  directory: DirectoryArchive;
  objects: ObjectStore;
  /** Digests of passwords are among the rows: with it they are under lock and key. */
  seal: Seal | null;
  now(): number;
}

/** Writes a tenant down, unless nothing changed since the last time. */
export async function exportTenant(
  { directory, objects, seal, now }: ExportPorts,
  tenantId: string,
): Promise<'written' | 'unchanged'> {
  const parts: Part[] = [];
  for (const table of directory.tables()) {
    for (let from = 0; ; from += ROWS_PER_PART) {
      const rows = await directory.rows(tenantId, table, from, ROWS_PER_PART);
      if (rows.length > 0) parts.push({ v: 1, tenantId, table, rows });
      if (rows.length < ROWS_PER_PART) break;
    }
  }
  const digest = await digestOf(parts);
  const before = await newestExport(objects, tenantId);
  if (before?.digest === digest) return 'unchanged';
  // Two exports of one millisecond have one name: the second waits for the next.
  const at = Math.max(now(), (before?.at ?? 0) + 1);
  for (const [n, part] of parts.entries()) {
    const text = JSON.stringify(part);
    await objects.create(
      directoryKey(tenantId, at, n),
      seal === null ? text : await seal.seal(ownerOf(tenantId), new TextEncoder().encode(text)),
    );
  }
  const manifest: ExportManifest = {
    ...{ v: 1, tenantId, parts: parts.length, digest, at, sealed: seal !== null },
  };
  await objects.create(directoryKey(tenantId, at, 'manifest'), JSON.stringify(manifest));
  await prune(objects, tenantId);
  return 'written';
}

/** Adds the rows of the newest export that are not in the directory. null when there is none. */
export async function restoreTenant(
  { directory, objects, seal }: ExportPorts,
  tenantId: string,
  dryRun: boolean,
): Promise<{ at: number; rows: number; added: number } | null> {
  const manifest = await newestExport(objects, tenantId);
  if (manifest === null) return null;
  if (manifest.sealed && seal === null) throw new Error('the export is sealed and there is no SECRETS_KEY');
  let [rows, added] = [0, 0];
  for (let n = 0; n < manifest.parts; n++) {
    const object = await objects.read(directoryKey(tenantId, manifest.at, n));
    if (object === null) throw new Error(`part ${n} of the export of ${tenantId} is missing`);
    const text =
      manifest.sealed && seal !== null
        ? new TextDecoder().decode(await seal.open(ownerOf(tenantId), object.text))
        : object.text;
    const part = JSON.parse(text) as Part;
    if (part.tenantId !== tenantId) throw new Error(`part ${n} is of another tenant than ${tenantId}`);
    rows += part.rows.length;
    if (!dryRun) added += await directory.restore(tenantId, part.table, part.rows);
  }
  return { at: manifest.at, rows, added };
}

/**
 * Writes a tenant down as it is and deletes everything that was written down of it before (I27). Number of objects that
 * went.
 */
export async function forgetExports(ports: ExportPorts, tenantId: string): Promise<number> {
  await exportTenant(ports, tenantId);
  const { objects } = ports;
  const newest = await newestExport(objects, tenantId);
  let deleted = 0;
  for (let after = ''; ; ) {
    const page = await objects.list(directoryPrefix(tenantId), after, 1000);
    const old = page.objects.map(({ key }) => key).filter((key) => numberIn(key) !== newest?.at);
    if (old.length > 0) await objects.delete(old);
    deleted += old.length;
    after = page.objects.at(-1)?.key ?? '';
    if (!page.more) return deleted;
  }
}

/** Tenants of which there is an export. */
export async function exportedTenants(objects: ObjectStore): Promise<string[]> {
  const prefix = directoryPrefix();
  const tenants: string[] = [];
  for (let after = prefix; ; ) {
    const { objects: found } = await objects.list(prefix, after, 1);
    const tenantId = found[0]?.key.slice(prefix.length).split('/')[0];
    if (tenantId === undefined) return tenants;
    tenants.push(tenantId);
    // Behind everything of this tenant.
    after = `${directoryPrefix(tenantId)}\uffff`;
  }
}

async function newestExport(objects: ObjectStore, tenantId: string): Promise<ExportManifest | null> {
  const keys = await manifests(objects, tenantId);
  for (const key of keys.reverse()) {
    const object = await objects.read(key);
    try {
      const manifest = JSON.parse(object?.text ?? '') as ExportManifest;
      if (manifest.v === 1 && manifest.tenantId === tenantId) return manifest;
    } catch {
      // The one before it, then.
    }
  }
  return null;
}

async function manifests(objects: ObjectStore, tenantId: string): Promise<string[]> {
  const keys: string[] = [];
  for (let after = ''; ; ) {
    const page = await objects.list(directoryPrefix(tenantId), after, 1000);
    keys.push(...page.objects.map(({ key }) => key).filter((key) => key.endsWith('/manifest.json')));
    if (!page.more) return keys;
    after = page.objects.at(-1)?.key ?? '';
  }
}

async function prune(objects: ObjectStore, tenantId: string): Promise<void> {
  const oldest = numberIn((await manifests(objects, tenantId)).at(-KEEP) ?? '');
  if (oldest === null) return;
  const { objects: found } = await objects.list(directoryPrefix(tenantId), '', 1000);
  const old = found.map(({ key }) => key).filter((key) => (numberIn(key) ?? oldest) < oldest);
  if (old.length > 0) await objects.delete(old);
}

function ownerOf(tenantId: string): string {
  return `directory/${tenantId}`;
}
