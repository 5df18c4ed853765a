/** Traces (docs/operations/observability.md): off without OTLP_URL, and then nothing is made for them. */
import type { Config } from '../config.ts';
import { recorderOf } from '../metrics/index.ts';
import { readTraceparent, type SpanContext } from './context.ts';
import { Exporter } from './exporter.ts';
import { KIND, Span } from './span.ts';

/** The trace of one invocation. */
export interface Tracing {
  root: Span;
  exporter: Exporter;
  /** What a queue message that is sent now belongs to, by the correlation id of its job. */
  contextOf(correlationId: string): SpanContext | null;
}

const exporters = new WeakMap<object, Exporter>();

function exporterOf(config: Config): Exporter | null {
  const { tracing } = config;
  if (tracing === null) return null;
  let exporter = exporters.get(config);
  if (exporter === undefined) {
    exporter = new Exporter({
      ...{ url: `${tracing.url.replace(/\/$/, '')}/v1/traces`, headers: tracing.headers },
      flushMs: config.metricsFlushMs ?? 1500,
      onResult: (result, spans) => recorderOf({ config })?.count('trace_spans_total', { result }, spans),
    });
    exporters.set(config, exporter);
  }
  return exporter;
}

/** The trace of a request, a message by SMTP or a run of the cron; null when it is not sampled. */
export function beginTrace(config: Config, name: string, traceparent: string | null = null): Tracing | null {
  const exporter = exporterOf(config);
  if (exporter === null || config.tracing === null) return null;
  const given = readTraceparent(traceparent);
  const continued = config.tracing.parent === 'continue' && given?.sampled === true;
  if (!continued && Math.random() >= config.tracing.sample) return null;
  const root = new Span(
    exporter,
    name,
    KIND.server,
    given === null ? {} : continued ? { parent: given } : { links: [given] },
  );
  return { root, exporter, contextOf: () => root.context };
}

/** The trace of a batch of queue messages: that of the first one that has one, linked to the others. */
export function beginBatch(
  config: Config,
  { queue, messages }: { queue: string; messages: readonly { body: unknown }[] },
): Tracing | null {
  const exporter = exporterOf(config);
  if (exporter === null) return null;
  const contexts = new Map<string, SpanContext>();
  const parents: SpanContext[] = [];
  for (const { body } of messages) {
    if (typeof body !== 'object' || body === null || !('traceparent' in body)) continue;
    const context = readTraceparent(body.traceparent);
    if (context === null) continue;
    parents.push(context);
    if ('correlationId' in body && typeof body.correlationId === 'string')
      contexts.set(body.correlationId, context);
  }
  const [parent, ...links] = parents;
  if (parent === undefined) return null;
  const root = new Span(exporter, `process ${queue}`, KIND.consumer, { parent, links });
  root.set('messaging.destination.name', queue);
  root.set('messaging.batch.message_count', messages.length);
  const contextOf = (correlationId: string) => {
    const context = contexts.get(correlationId) ?? null;
    // Of the trace that this span belongs to, what comes of it is below it.
    return context?.traceId === root.context.traceId ? root.context : context;
  };
  return { root, exporter, contextOf };
}
