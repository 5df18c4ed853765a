import type { Self } from '../../../../core/scheduling/meeting.ts';
import { selfOfMailbox } from '../../../../core/scheduling/self.ts';
import type { EasContext } from '../../context.ts';

/** One look for a request: it shows many events. */
const KNOWN = new WeakMap<EasContext, Promise<Self>>();

/** The owner of the mailbox, as meetings name them. */
export function selfOf(context: EasContext): Promise<Self> {
  const { services, ref, principal } = context;
  const known = KNOWN.get(context) ?? selfOfMailbox(services.directory, ref, principal.user);
  KNOWN.set(context, known);
  return known;
}
