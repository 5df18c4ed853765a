import type { MetricName } from './catalogue.ts';

export type Labels = Readonly<Record<string, string>>;

/** A series as it stands in the exposition: `name{label="value"}`, labels in the order given. */
export function seriesOf(name: MetricName, labels: Labels): string {
  let text = '';
  for (const label in labels) {
    text += `${text === '' ? '{' : ','}${label}="${escaped(labels[label] ?? '')}"`;
  }
  return text === '' ? name : `${name}${text}}`;
}

// Exposition format: backslash, quote and line feed are escaped in label values.
function escaped(value: string): string {
  return /[\\"\n]/.test(value)
    ? value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
    : value;
}

/** Number of 52 bits for a text; not for secrets, and not to be undone by who has no list of candidates. */
export function hashOf(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b & 0xfffff) * 0x1_0000_0000 + (a >>> 0);
}
