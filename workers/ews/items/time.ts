/** A time as answers have it: UTC with a Z, whole seconds (clients reject an offset of +00:00). */
export function isoTime(at: number): string {
  // Several properties of an item say the same time, one after the other.
  if (at !== last.at) last = { at, text: `${new Date(at).toISOString().slice(0, 19)}Z` };
  return last.text;
}

let last = { at: Number.NaN, text: '' };
