/** A time as answers have it: UTC with a Z, whole seconds (clients reject an offset of +00:00). */
export function isoTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
