import type { TraceDetails, TraceMessage, TraceRows, TraceStep } from '../core/ports/trace.ts';
import { compareText, fitText } from './text.ts';

/** Rows as the stores keep them: clean text of bounded length, each once, in order of their keys. */
export function normaliseTrace({ messages, steps }: TraceRows): TraceRows {
  const byKey = new Map<string, TraceMessage>();
  for (const one of messages.map(normaliseMessage)) {
    const key = JSON.stringify([one.tenantId, one.traceId, one.recipient]);
    const known = byKey.get(key);
    byKey.set(key, known === undefined ? one : { ...known, messageId: known.messageId || one.messageId });
  }
  const stepsByKey = new Map<string, TraceStep>();
  for (const one of steps.map(normaliseStep)) {
    const key = JSON.stringify([one.tenantId, one.traceId, one.key]);
    if (!stepsByKey.has(key)) stepsByKey.set(key, one);
  }
  return { messages: sorted(byKey), steps: sorted(stepsByKey) };
}

/** Two writers take the same rows in the same order. */
function sorted<T>(rows: Map<string, T>): T[] {
  return [...rows].sort(([a], [b]) => compareText(a, b)).map(([, row]) => row);
}

function normaliseMessage(row: TraceMessage): TraceMessage {
  return {
    tenantId: fitText(row.tenantId, 255),
    traceId: fitText(row.traceId, 255),
    recipient: fitText(row.recipient, 512),
    at: row.at,
    direction: row.direction,
    sender: fitText(row.sender, 512),
    domain: fitText(row.domain, 255),
    messageId: fitText(row.messageId, 998),
    correlationId: fitText(row.correlationId, 255),
    mailboxId: fitText(row.mailboxId, 255),
    size: row.size,
  };
}

function normaliseStep(row: TraceStep): TraceStep {
  const details = Object.entries(row.details)
    .slice(0, 32)
    .map(([name, value]) => [fitText(name, 64), typeof value === 'string' ? fitText(value, 1024) : value]);
  return {
    tenantId: fitText(row.tenantId, 255),
    traceId: fitText(row.traceId, 255),
    key: fitText(row.key, 640),
    at: row.at,
    recipient: fitText(row.recipient, 512),
    step: fitText(row.step, 64),
    verdict: fitText(row.verdict, 64),
    details: Object.fromEntries(details) as TraceDetails,
  };
}
