/** MS-ASDTYPE 2.3: UTC with milliseconds. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}
