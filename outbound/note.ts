import type { TraceRows } from '../core/ports/trace.ts';
import type { OutboundServices } from './services.ts';

/** Tells the trace. Never fails: what cannot be told is in the log. */
export async function note(
  services: Pick<OutboundServices, 'noteTrace'>,
  ...rows: Promise<TraceRows>[]
): Promise<void> {
  if (services.noteTrace === undefined) return;
  const all = await Promise.all(rows);
  const messages = all.flatMap((one) => one.messages);
  const steps = all.flatMap((one) => one.steps);
  if (messages.length + steps.length > 0) await services.noteTrace({ messages, steps });
}
