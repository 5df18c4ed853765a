import type { Env } from '../../platform/env.ts';
import type { Services } from '../../platform/services.ts';
import { type DoctorView, trouble } from '../../shared/admin/doctor.ts';
import { lookAtBucket, lookAtObjects, lookAtQueues } from './bindings.ts';
import { lookAtD1, lookAtPostgres, type Query } from './databases.ts';
import { lookAtSecrets, lookAtSettings } from './settings.ts';

/** What no other part of the Worker does for it. */
export interface DoctorPorts {
  env: Env;
  services: Services;
  /** A question to PostgreSQL; null: everything is in D1. */
  postgres: Query | null;
  /** Calls an object of each class in a way that changes nothing. */
  objects: Parameters<typeof lookAtObjects>[1];
}

/**
 * Looks at every binding, secret and setting. Leaves nothing behind but an object of each class that nobody uses.
 * @param here where the request came in
 */
export function createDoctor({
  env,
  services,
  postgres,
  objects,
}: DoctorPorts): (here: URL) => Promise<DoctorView> {
  return async (here) => {
    const now = services.now();
    const { store } = services.config;
    const [databases, ...others] = await Promise.all([
      store === 'd1' ? lookAtD1(env) : lookThrough(postgres),
      lookAtBucket(env.BLOBS),
      lookAtQueues(env, now),
      lookAtObjects(env, objects),
      lookAtSecrets(services, here),
    ]);
    const findings = [...databases.findings, ...others.flat(), ...lookAtSettings(services, here)];
    return { now, store, migrations: databases.migrations, findings };
  };
}

async function lookThrough(postgres: Query | null): ReturnType<typeof lookAtPostgres> {
  if (postgres !== null) return lookAtPostgres(postgres);
  const mend = 'make one and bind it: "waypost setup --postgres URL"';
  return { findings: [trouble('binding.HYPERDRIVE', 'there is no such binding', mend)], migrations: {} };
}
