import { ownerOf } from '../../../../core/automatic/own-addresses.ts';
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
  const owner = await ownerOf(services.directory, ref);
  const { address, displayName } = owner?.user ?? principal.user;
  return {
    address,
    name: displayName || address,
    isSelf: owner === null ? (one) => sameAddress(one, address) : (one) => owner.isSelf(one),
  };
}
