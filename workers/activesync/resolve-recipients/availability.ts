import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { type FreeBusy, type FreeBusyOutcome, freeBusy } from '../../../core/freebusy/free-busy.ts';
import type { EasContext } from '../context.ts';
import { RECIPIENT, type Resolved } from './resolve.ts';

/** One digit stands for so long (MS-ASCMD 2.2.3.101). */
export const SLOT_MINUTES = 30;

/**
 * Status of Availability (MS-ASCMD 2.2.3.177.12). What is not ours to tell is 163, which a client does not ask for again;
 * what we cannot tell now is 162.
 */
const STATUS: Record<FreeBusyOutcome, number> = {
  ok: 1,
  'too-many': 160,
  'group-too-large': 161,
  failed: 162,
  denied: 163,
  unknown: 163,
};

/** What is known of each recipient that is meant without doubt, by address. */
export async function readAvailability(
  { services, principal, log }: EasContext,
  resolved: readonly Resolved[],
  span: { start: number; end: number } | null,
): Promise<Map<string, FreeBusy>> {
  if (span === null) return new Map();
  const certain = resolved.filter((one) => one.status === RECIPIENT.ok);
  const addresses = [...new Set(certain.flatMap((one) => one.people.map((person) => person.address)))];
  const window = { from: span.start, to: span.end, intervalMinutes: SLOT_MINUTES };
  const answers = await freeBusy(services, principal, addresses, window);
  const failed = answers.filter((one) => one.outcome === 'failed').length;
  if (failed > 0) log.warn('eas.free-busy-failed', { people: failed });
  return new Map(answers.map((one) => [one.address, one]));
}

export function availabilityElement(found: FreeBusy | undefined): WbxmlNode {
  const outcome = found?.outcome ?? 'unknown';
  return el(
    'ResolveRecipients:Availability',
    el('ResolveRecipients:Status', STATUS[outcome]),
    outcome === 'ok' ? el('ResolveRecipients:MergedFreeBusy', found?.merged ?? '') : null,
  );
}
