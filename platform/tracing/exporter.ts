import type { OtlpSpan } from './span.ts';

export interface ExporterOptions {
  /** Where spans are posted: `…/v1/traces`. */
  url: string;
  headers: Record<string, string>;
  flushMs: number;
  /** Hears how many spans were exported or dropped. */
  onResult(result: 'exported' | 'dropped', spans: number): void;
}

const MAX_WAITING = 4_096;
const MAX_BATCH = 1_024;
const TIMEOUT_MS = 10_000;
/** A timer that has not come by now died with its invocation. */
const STALE_MS = 15_000;

/** Spans of an isolate on their way to an OpenTelemetry receiver (OTLP/HTTP 1.x, JSON), together and behind the answers. */
export class Exporter {
  readonly #options: ExporterOptions;
  #waiting: OtlpSpan[] = [];
  #timerSince = Number.NEGATIVE_INFINITY;

  constructor(options: ExporterOptions) {
    this.#options = options;
  }

  add(span: OtlpSpan): void {
    if (this.#waiting.length >= MAX_WAITING) this.#options.onResult('dropped', 1);
    else this.#waiting.push(span);
  }

  flushSoon(defer: (work: Promise<unknown>) => void): void {
    const now = Date.now();
    if (this.#waiting.length === 0 || now - this.#timerSince < STALE_MS) return;
    this.#timerSince = now;
    defer(this.#flushLater());
  }

  async #flushLater(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#options.flushMs));
    this.#timerSince = Number.NEGATIVE_INFINITY;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      const taken = await this.#post(batch);
      this.#options.onResult(taken ? 'exported' : 'dropped', batch.length);
      if (!taken) return;
    }
  }

  async #post(spans: readonly OtlpSpan[]): Promise<boolean> {
    const resource = {
      attributes: [{ key: 'service.name', value: { stringValue: 'waypost' } }],
    };
    try {
      const response = await fetch(this.#options.url, {
        method: 'POST',
        headers: { ...this.#options.headers, 'content-type': 'application/json' },
        body: JSON.stringify({
          resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'waypost' }, spans }] }],
        }),
        // Headers may hold a key: they go to the host of the configuration and nowhere else (A60).
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}
