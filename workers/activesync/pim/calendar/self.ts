import { ownerOf } from '../../../../core/automatic/own-addresses.ts';
import { readWorkingHours, WORKING_HOURS_SETTING } from '../../../../core/people/working-hours.ts';
import { sameAddress } from '../../../../core/scheduling/people.ts';
import type { EasContext } from '../../context.ts';
import type { Self } from './people.ts';

/** One look for a request: it shows many events. */
const KNOWN = new WeakMap<EasContext, Promise<Self>>();

/** The owner of the mailbox, as meetings name them. */
export function selfOf(context: EasContext): Promise<Self> {
  const known = KNOWN.get(context) ?? load(context);
  KNOWN.set(context, known);
  return known;
}

async function load({ services, ref, principal }: EasContext): Promise<Self> {
  const { tenantId, mailboxId } = ref;
  const [owner, hours] = await Promise.all([
    ownerOf(services.directory, ref),
    services.directory.getUserSetting(tenantId, mailboxId, WORKING_HOURS_SETTING),
  ]);
  const { address, displayName } = owner?.user ?? principal.user;
  return {
    address,
    name: displayName || address,
    zone: readWorkingHours(hours).timeZone,
    isSelf: owner === null ? (one) => sameAddress(one, address) : (one) => owner.isSelf(one),
  };
}
