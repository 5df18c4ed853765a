import type { Env } from '../../platform/env.ts';
import { newId } from '../../platform/ids.ts';
import { type DoctorFinding, fine, trouble, unknown, warning } from '../../shared/admin/doctor.ts';
import { checked } from './findings.ts';

const QUEUES = [
  'QUEUE_INGEST',
  'QUEUE_INDEX',
  'QUEUE_NOTIFY',
  'QUEUE_AUDIT',
  'QUEUE_OUTBOUND',
  'QUEUE_ARRIVED',
  'QUEUE_RETENTION',
  'QUEUE_ACTIONS',
  'QUEUE_SCHEDULING',
  'QUEUE_WEBHOOKS',
] as const satisfies readonly (keyof Env)[];

const OBJECTS = ['DEVICE', 'HUB', 'THROTTLE', 'METRICS'] as const satisfies readonly (keyof Env)[];

/** Messages of one queue, and minutes, from which on its consumers do not keep up. */
const MANY = 1000;
const LATE_MINUTES = 15;

/** The bucket takes an object, gives it back as it was and removes it. */
export function lookAtBucket(bucket: R2Bucket | undefined): Promise<DoctorFinding[]> {
  const check = 'binding.BLOBS';
  const mend =
    'look at r2_buckets in the configuration, and at R2 in the dashboard; "waypost setup" makes what is missing';
  return checked(check, mend, async () => {
    if (bucket === undefined) return [trouble(check, 'there is no such binding', mend)];
    const [key, text] = [`doctor/${newId()}`, newId()];
    await bucket.put(key, text);
    const found = await (await bucket.get(key))?.text();
    await bucket.delete(key);
    if (found !== text) return [trouble(check, 'what was written is not what was read', mend)];
    return [fine(check, 'takes, gives and removes')];
  });
}

/** Each queue says how much waits in it. */
export async function lookAtQueues(env: Env, now: number): Promise<DoctorFinding[]> {
  const findings = await Promise.all(
    QUEUES.map((name) => {
      const check = `binding.${name}`;
      const mend =
        'look at queues in the configuration, and at Queues in the dashboard; "waypost setup" makes what is missing';
      return checked(check, mend, async () => {
        const queue = env[name] as Queue<unknown> | undefined;
        if (queue === undefined) return [trouble(check, 'there is no such binding', mend)];
        if (typeof queue.metrics !== 'function')
          return [unknown(check, 'is bound; this platform tells no backlog')];
        const { backlogCount, oldestMessageTimestamp } = await queue.metrics();
        const age = minutesSince(oldestMessageTimestamp, now);
        const what =
          backlogCount === 0
            ? 'empty'
            : `${backlogCount} wait${age === null ? '' : `, the oldest for ${age} min`}`;
        if (backlogCount < MANY && (age === null || age < LATE_MINUTES || backlogCount === 0))
          return [fine(check, what)];
        return [warning(check, what, 'look for errors of this queue in the log ("npx wrangler tail")')];
      });
    }),
  );
  return findings.flat();
}

function minutesSince(at: Date | undefined, now: number): number | null {
  const time = at?.getTime() ?? 0;
  return time > 0 ? Math.max(0, Math.floor((now - time) / 60_000)) : null;
}

/** An object of each class can be called. It answers a method that nobody has with an error of its own. */
export async function lookAtObjects(
  env: Env,
  call: Record<(typeof OBJECTS)[number], () => Promise<unknown>>,
): Promise<DoctorFinding[]> {
  const findings = await Promise.all(
    OBJECTS.map((name) => {
      const check = `binding.${name}`;
      const mend =
        'look at durable_objects and migrations in the configuration, then deploy: "waypost setup" does';
      return checked(check, mend, async () => {
        if (env[name] === undefined) return [trouble(check, 'there is no such binding', mend)];
        await call[name]();
        return [fine(check, 'answers')];
      });
    }),
  );
  return findings.flat();
}
