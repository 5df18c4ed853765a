import { newId, type SpanContext } from './context.ts';
import type { Exporter } from './exporter.ts';

/** OTLP's numbers of kinds of spans. */
export const KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
type Kind = (typeof KIND)[keyof typeof KIND];

type Value = string | number;
const MAX_LINKS = 32;

/** A span as OTLP/HTTP has it in JSON: ids in hexadecimal, times as strings of nanoseconds. */
export interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue: string } | { intValue: string } }[];
  links: { traceId: string; spanId: string }[];
  status: { code: 0 | 2; message?: string };
}

/**
 * Something that takes time. Names and attributes are of bounded sets, numbers and correlation ids: never content,
 * addresses or what a client sent.
 */
export class Span {
  readonly context: SpanContext;
  name: string;
  readonly #exporter: Exporter;
  readonly #parent: string | null;
  readonly #kind: Kind;
  readonly #start: number;
  readonly #attributes = new Map<string, Value>();
  readonly #links: SpanContext[];
  #fault: string | null = null;
  #ended = false;

  constructor(
    exporter: Exporter,
    name: string,
    kind: Kind,
    { parent = null, links = [] }: { parent?: SpanContext | null; links?: readonly SpanContext[] } = {},
  ) {
    this.#exporter = exporter;
    this.name = name;
    this.#kind = kind;
    this.#parent = parent?.spanId ?? null;
    this.#links = links.slice(0, MAX_LINKS);
    this.#start = Date.now();
    this.context = { traceId: parent?.traceId ?? newId(16), spanId: newId(8) };
  }

  child(name: string, kind: Kind): Span {
    return new Span(this.#exporter, name, kind, { parent: this.context });
  }

  set(attribute: string, value: Value): void {
    this.#attributes.set(attribute, value);
  }

  /** Of an error only its class is told: messages may say whose mail it was. */
  fail(error: unknown): void {
    this.#fault = error instanceof Error ? error.name : 'error';
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#exporter.add({
      ...this.context,
      ...(this.#parent === null ? {} : { parentSpanId: this.#parent }),
      ...{ name: this.name, kind: this.#kind },
      ...{ startTimeUnixNano: nanoseconds(this.#start), endTimeUnixNano: nanoseconds(Date.now()) },
      attributes: [...this.#attributes].map(([key, value]) => ({
        key,
        value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
      })),
      links: this.#links.map(({ traceId, spanId }) => ({ traceId, spanId })),
      status: this.#fault === null ? { code: 0 } : { code: 2, message: this.#fault },
    });
  }
}

function nanoseconds(milliseconds: number): string {
  return `${Math.round(milliseconds)}000000`;
}
