import { readdirSync, readFileSync } from 'node:fs';
import { unstable_readConfig } from 'wrangler';
import type { Activity } from './activity.ts';
import { createD1 } from './d1.ts';
import { createObjects, type ObjectClass, type ObjectsDouble } from './objects.ts';
import type { Chance, Pace } from './pace.ts';
import type { Batch } from './queue-batch.ts';
import { type Disorder, Queues } from './queues.ts';
import { createR2 } from './r2.ts';
import { createSendEmail } from './send-email.ts';

const ROOT = new URL('../../../', import.meta.url);

export interface EnvironmentOptions {
  vars: Record<string, string>;
  /** Connection string behind HYPERDRIVE, or null for none. */
  postgres: string | null;
  classes: Record<string, unknown>;
  pace: Pace;
  chance: Chance;
  activity: Activity;
  disorder: Disorder | undefined;
  /** Puts something around the bindings, e.g. faults. */
  wrap(env: Record<string, unknown>): Record<string, unknown>;
  consume(batch: Batch): Promise<void>;
}

export interface Environment {
  /** What handlers and objects are handed. */
  env: Record<string, unknown>;
  /** The bindings themselves, past `wrap`. */
  bindings: Record<string, unknown>;
  queues: Queues;
  /** By the name of the binding. */
  objects: Map<string, ObjectsDouble>;
}

/** Every binding of wrangler.toml, empty and migrated. */
export function createEnvironment(options: EnvironmentOptions): Environment {
  const { vars, postgres, classes, pace, chance, activity, disorder, wrap, consume } = options;
  const config = unstable_readConfig(
    { config: new URL('wrangler.toml', ROOT).pathname },
    { hideWarnings: true },
  );
  const { d1_databases, r2_buckets, durable_objects, queues: settings } = config;
  const queues = new Queues({ consumers: settings.consumers ?? [], consume, pace, chance, disorder });
  const bindings: Record<string, unknown> = { ...config.vars, ...vars };
  for (const { binding, migrations_dir } of d1_databases) {
    bindings[binding] = createD1(pace, migrationsIn(migrations_dir ?? 'migrations'));
  }
  for (const { binding } of r2_buckets) bindings[binding] = createR2(pace);
  for (const { binding, queue } of settings.producers ?? []) bindings[binding] = queues.producer(queue);
  for (const { name } of config.send_email) bindings[name] = createSendEmail(pace);
  if (postgres !== null) bindings['HYPERDRIVE'] = { connectionString: postgres };
  const objects = new Map<string, ObjectsDouble>();
  for (const { name, class_name } of durable_objects.bindings) {
    const Class = classes[class_name] as ObjectClass;
    // The environment is whole by the time that an object is made.
    const double = createObjects(class_name, { pace, activity, make: (ctx) => new Class(ctx, env) });
    objects.set(name, double);
    bindings[name] = double.binding;
  }
  const env = wrap(bindings);
  return { env, bindings, queues, objects };
}

function migrationsIn(directory: string): string[] {
  const folder = new URL(`${directory}/`, ROOT);
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return files.sort().map((name) => readFileSync(new URL(name, folder), 'utf8'));
}
