/** A dateTime (MS-ASDTYPE 2.3) in milliseconds since the epoch, with or without fraction and offset; null for others. */
export function parseDateTime(text: string): number | null {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(Z|[+-]\d{2}:\d{2})?$/.exec(text.trim());
  if (match === null) return null;
  // Without an offset it is UTC: the local time of a server means nothing.
  const at = Date.parse(`${match[1]}${match[2] ?? 'Z'}`);
  return Number.isNaN(at) ? null : at;
}
