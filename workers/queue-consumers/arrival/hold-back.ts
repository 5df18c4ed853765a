import type { NewMessage } from '../../../core/mail/types.ts';
import { type HoldReason, holdReason } from '../../../core/quarantine/reason.ts';
import type { Services } from '../../../platform/services.ts';
import { trustSettings } from '../../../platform/trust-settings.ts';
import type { Arrival, ArrivalNotes } from './index.ts';

type Held = Pick<Arrival, 'ref' | 'message' | 'envelope' | 'released'> & { notes?: ArrivalNotes | undefined };

/** What the tenant wants kept out of mailboxes is noted as held. What an admin has released comes in, whatever was found. */
export async function holdBack(services: Services, arrival: Held): Promise<NewMessage> {
  return decideHold(services, arrival, (settings) => holdReason(arrival.message, settings));
}

/** The same for what could not be read as a message. */
export async function holdUnreadable(services: Services, arrival: Held): Promise<NewMessage> {
  return decideHold(services, arrival, ({ unreadable }) =>
    unreadable ? { reason: 'unreadable', why: 'it cannot be read as a message' } : null,
  );
}

async function decideHold(
  services: Services,
  { ref, message, envelope, notes, released }: Held,
  reasonOf: (settings: Awaited<ReturnType<typeof trustSettings>>['quarantine']) => HoldReason | null,
): Promise<NewMessage> {
  if (notes === undefined || envelope.submitted === true) return message;
  const { quarantine: settings } = await trustSettings(services, ref);
  const reason = reasonOf(settings);
  if (reason === null && released !== true) return message;
  const known = await services.quarantine.get(ref, message.itemId);
  if (known?.state === 'released') return overruled(message);
  if (reason !== null) notes.held = { ...reason, days: settings.days };
  return message;
}

function overruled(message: NewMessage): NewMessage {
  const { verdict } = message;
  const inbox = message.folderRole === 'junk' ? { ...message, folderRole: 'inbox' as const } : message;
  if (verdict === undefined || verdict === null) return inbox;
  const reasons = [...verdict.reasons, 'released from quarantine'];
  return { ...inbox, verdict: { ...verdict, disposition: 'inbox', reasons } };
}
