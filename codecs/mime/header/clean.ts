/** C0, DEL, C1 and the line separators: none has a place in a subject, a display name or a file name. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Control characters as spaces. */
export function replaceControls(text: string): string {
  return CONTROL.test(text) ? text.replace(CONTROLS, ' ') : text;
}

/** At most `maxLength` UTF-16 units, never cut inside a character. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const last = text.charCodeAt(maxLength - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxLength - 1 : maxLength);
}

/**
 * Decoded header text made safe to show and to write into another header: encoded words can decode to CR, LF
 * or NUL (header injection). Cut to `maxLength` UTF-16 units, never inside a character; well-formed; trimmed.
 */
export function cleanText(text: string, maxLength: number): string {
  return cutText(replaceControls(text), maxLength).toWellFormed().trim();
}
