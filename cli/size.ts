import { UsageError } from './command.ts';

const UNITS: Record<string, number> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** Bytes of a size such as `500M` or `2G`; null for `none`. */
export function sizeOf(text: string, flag: string, command: string): number | null {
  if (text === 'none') return null;
  const match = /^(\d{1,15}(?:\.\d{1,3})?)([KMGT]?)B?$/i.exec(text);
  const bytes = Math.round(Number(match?.[1]) * (UNITS[(match?.[2] ?? '').toUpperCase()] ?? Number.NaN));
  if (match === null || !Number.isSafeInteger(bytes)) {
    throw new UsageError(`${flag} is a size such as 500M or 2G, or none`, command);
  }
  return bytes;
}

/** A size for people. */
export function showSize(bytes: number | null): string {
  if (bytes === null) return 'none';
  for (const unit of ['T', 'G', 'M', 'K'] as const) {
    const one = UNITS[unit] ?? 1;
    if (bytes >= one) return `${Number((bytes / one).toFixed(1))}${unit}`;
  }
  return String(bytes);
}
