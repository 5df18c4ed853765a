export interface TraceSettings {
  url: string;
  headers: Record<string, string>;
  /** Part of what begins here that is traced, from 0 to 1. */
  sample: number;
  /** Whether a trace that a client has begun goes on here, or is only linked to. */
  parent: 'link' | 'continue';
}

/** OTLP_HEADERS: `name=value` with commas between them; values may be percent-encoded. null for what is not of this form. */
export function readOtlpHeaders(text: string): Record<string, string> | null {
  const headers: Record<string, string> = {};
  for (const entry of text.split(',').filter((one) => one.trim() !== '')) {
    const [, name, value] = /^\s*([A-Za-z0-9-]{1,64})\s*=\s*([\x21-\x7e][\x20-\x7e]*?)\s*$/.exec(entry) ?? [];
    if (name === undefined || value === undefined) return null;
    try {
      headers[name.toLowerCase()] = decodeURIComponent(value);
    } catch {
      return null;
    }
  }
  return headers;
}
