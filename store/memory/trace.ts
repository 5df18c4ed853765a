import type { TraceFilter, TraceMessage, TraceStep, TraceStore } from '../../core/ports/trace.ts';
import { countedAs, dayOf, mailDays } from '../../core/trace/days.ts';
import { firstIdOf } from '../../core/trace/ids.ts';
import { normaliseTrace } from '../normalise-trace.ts';
import { compareText } from '../text.ts';

/** The trace in memory. */
export function createMemoryTraceStore(): TraceStore {
  let messages: TraceMessage[] = [];
  let steps: TraceStep[] = [];
  let days: { tenantId: string; day: number; counted: string; count: number }[] = [];
  const isStep = (a: TraceStep, b: TraceStep) =>
    a.tenantId === b.tenantId && a.traceId === b.traceId && a.key === b.key;
  const isMessage = (a: TraceMessage, b: TraceMessage) =>
    a.tenantId === b.tenantId && a.traceId === b.traceId && a.recipient === b.recipient;
  return {
    async add(rows) {
      const clean = structuredClone(normaliseTrace(rows));
      for (const one of clean.messages) {
        const known = messages.find((other) => isMessage(one, other));
        if (known === undefined) messages.push(one);
        else known.messageId ||= one.messageId;
      }
      const fresh = clean.steps.filter((one) => !steps.some((other) => isStep(one, other)));
      steps.push(...fresh);
      for (const step of fresh) {
        const counted = countedAs(step);
        const { tenantId, at } = step;
        if (counted !== null) days.push({ tenantId, day: dayOf(at), counted, count: 1 });
      }
    },
    days: async (tenantIds, sinceDay) =>
      mailDays(days.filter(({ tenantId, day }) => tenantIds.includes(tenantId) && day >= sinceDay)),
    async forgetDays(tenantId, beforeDay) {
      days = days.filter((one) => one.tenantId !== tenantId || one.day >= beforeDay);
    },
    list: async (tenantId, filter) =>
      structuredClone(
        messages
          .filter((one) => one.tenantId === tenantId && wanted(one, filter))
          .sort((a, b) => compareText(b.traceId, a.traceId) || compareText(b.recipient, a.recipient))
          .slice(0, filter.limit),
      ),
    message: async (tenantId, traceId, limit) =>
      structuredClone(
        messages
          .filter((one) => one.tenantId === tenantId && one.traceId === traceId)
          .sort((a, b) => compareText(a.recipient, b.recipient))
          .slice(0, limit),
      ),
    steps: async (tenantId, traceIds, limit) =>
      structuredClone(
        steps
          .filter((one) => one.tenantId === tenantId && traceIds.includes(one.traceId))
          .sort((a, b) => a.at - b.at || compareText(a.key, b.key))
          .slice(0, limit),
      ),
    async prune(tenantId, before) {
      const end = firstIdOf(before);
      const stays = (one: { tenantId: string; traceId: string }) =>
        one.tenantId !== tenantId || compareText(one.traceId, end) >= 0;
      messages = messages.filter(stays);
      steps = steps.filter(stays);
      return true;
    },
    async forget(tenantId, { mailboxId, addresses }) {
      const own = messages.filter((one) => one.tenantId === tenantId);
      const whole = own.filter((one) => one.mailboxId === mailboxId || addresses.includes(one.sender));
      const got = own.filter((one) => addresses.includes(one.recipient));
      const within = (list: readonly TraceMessage[], { traceId }: TraceStep) =>
        list.some((one) => one.traceId === traceId);
      steps = steps.filter(
        (step) =>
          step.tenantId !== tenantId ||
          !(within(whole, step) || (within(got, step) && addresses.includes(step.recipient))),
      );
      const gone = new Set([...whole, ...got]);
      messages = messages.filter((one) => !gone.has(one));
      return gone.size;
    },
  };
}

function wanted(row: TraceMessage, filter: TraceFilter): boolean {
  const { since, before, after } = filter;
  const names = ['sender', 'recipient', 'messageId', 'correlationId', 'domain'] as const;
  return (
    names.every((name) => filter[name] === undefined || filter[name] === row[name]) &&
    (since === undefined || compareText(row.traceId, firstIdOf(since)) >= 0) &&
    (before === undefined || compareText(row.traceId, firstIdOf(before)) < 0) &&
    (after === undefined ||
      compareText(row.traceId, after.traceId) < 0 ||
      (row.traceId === after.traceId && compareText(row.recipient, after.recipient) < 0))
  );
}
