import { type Env, mailShards } from '../../platform/env.ts';
import { readAll } from '../../platform/metrics/objects.ts';
import type { Services } from '../../platform/services.ts';
import type { DoctorPorts } from './index.ts';

/** No tenant has this id: nothing is kept under it, and every call only reads. */
const NOBODY = 'doctor';

/** One call to an object of each class. */
export function objectProbes(env: Env, services: Services): DoctorPorts['objects'] {
  const shard = Object.keys(mailShards(env))[0] ?? 'POSTGRES';
  const ref = { tenantId: NOBODY, mailboxId: NOBODY, shard };
  const who = { account: NOBODY, net: null, attempt: null };
  const turn = { known: false, waitSeconds: 0, tickets: { account: null, net: null } };
  return {
    DEVICE: () => services.device(ref, NOBODY, NOBODY).collections(),
    HUB: () => services.live.subscriptions(ref, NOBODY, [], services.now()),
    THROTTLE: () => services.throttle.succeeded(who, turn),
    METRICS: () => readAll(env.METRICS, services.now()),
  };
}
