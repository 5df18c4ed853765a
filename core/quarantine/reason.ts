import type { NewMessage } from '../mail/types.ts';
import type { HeldMessage } from '../ports/quarantine.ts';
import type { QuarantineSettings } from './settings.ts';

export type HoldReason = Pick<HeldMessage, 'reason' | 'why'>;

/**
 * Why a message is to be kept out of its mailbox, or null. What an allow list lets through, or a sealer vouches for, is
 * held for its attachments alone.
 */
export function holdReason(
  message: Pick<NewMessage, 'verdict' | 'parts'>,
  settings: QuarantineSettings,
): HoldReason | null {
  const { verdict, parts } = message;
  const file = parts.find(({ name, isAttachment }) => isAttachment && hasEnding(name, settings.attachments));
  if (file !== undefined) return { reason: 'attachment', why: `attachment ${file.name ?? ''}`.slice(0, 300) };
  if (verdict === undefined || verdict === null || verdict.disposition !== 'junk') return null;
  const { dmarc, policy, spam, reasons } = verdict;
  const asked = policy === 'reject' || (policy === 'quarantine' && settings.dmarc === 'enforced');
  if (settings.dmarc !== 'off' && dmarc === 'fail' && asked)
    return { reason: 'dmarc', why: reasons.join('; ').slice(0, 300) };
  if (settings.spam !== null && spam !== null && spam >= settings.spam)
    return { reason: 'spam', why: `spam score ${spam.toFixed(2)} of ${settings.spam.toFixed(2)}` };
  return null;
}

/** The last ending counts: what opens the file. Dots and spaces behind it are nothing to Windows. */
function hasEnding(name: string | null, endings: readonly string[]): boolean {
  const ending = /\.([^.\s/\\]+)[.\s]*$/.exec(name ?? '')?.[1]?.toLowerCase();
  return ending !== undefined && endings.includes(ending);
}
