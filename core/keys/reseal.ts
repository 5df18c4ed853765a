import { InvalidInputError } from '../errors.ts';
import { sealedSources, webhookSecrets } from './sources.ts';
import type { KeyServices, SealedValue } from './types.ts';

export interface ResealStep {
  /** For the next step; null: that was the last. */
  cursor: string | null;
  /** Sealed anew under the tenant's newest key. */
  resealed: number;
  /** Left under an older key: they do not open, or somebody changed them at that moment. */
  left: number;
}

/**
 * Seals what lies under older keys of a tenant (or under the secret of the installation) under its newest, a page of one
 * kind of secrets in each step. Safe to begin again at any time.
 */
export async function resealStep(
  services: KeyServices,
  tenantId: string,
  cursor: string | null,
): Promise<ResealStep> {
  const { directory, seal } = services;
  const newest = (await directory.listTenantKeys(tenantId)).at(-1)?.generation ?? 0;
  const sources = sealedSources(services);
  const { source: n, after } = parse(cursor, sources.length);
  const page = await sources[n]?.page(tenantId, after);
  const step: ResealStep = { cursor: null, resealed: 0, left: 0 };
  for (const { owner, sealed, replace } of page?.values ?? []) {
    if (newest > 0 && seal.generationOf(sealed) === newest) continue;
    if (await sealAnew(services, { owner, sealed, replace })) step.resealed++;
    else step.left++;
  }
  if (typeof page?.next === 'string') step.cursor = JSON.stringify([n, page.next]);
  else if (n + 1 < sources.length) step.cursor = JSON.stringify([n + 1, '']);
  return step;
}

/** The same with what lies under the secret of the installation, which may be another by now. */
export async function resealInstallation(services: KeyServices): Promise<Omit<ResealStep, 'cursor'>> {
  const done = { resealed: 0, left: 0 };
  for (const value of await webhookSecrets(services.directory, null)) {
    if (await sealAnew(services, value)) done.resealed++;
    else done.left++;
  }
  return done;
}

async function sealAnew({ seal }: KeyServices, { owner, sealed, replace }: SealedValue): Promise<boolean> {
  const again = await seal.open(owner, sealed).then(
    (plain) => seal.seal(owner, plain),
    () => null,
  );
  return again !== null && (await replace(again));
}

function parse(cursor: string | null, sources: number): { source: number; after: string } {
  if (cursor === null) return { source: 0, after: '' };
  try {
    const [source, after] = JSON.parse(cursor) as unknown[];
    if (typeof source === 'number' && source in Array(sources).fill(0) && typeof after === 'string')
      return { source, after };
  } catch {
    // Falls through.
  }
  throw new InvalidInputError('not a cursor of this');
}
