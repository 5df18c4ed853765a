// What XML 1.0 (2.2 Char) cannot say, even as a reference: it is left out. A single wrong code point makes a client's
// parser give the whole answer up.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const SPECIAL = /[&<>"\r]/;
/** What must be looked at more closely. */
const SUSPECT = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff\ud800-\udfff&<>"]/;

/** Text as it stands in an element or in an attribute with double quotes. */
export function escapeXml(text: string): string {
  if (!SUSPECT.test(text)) return text;
  const clean = text.isWellFormed() ? text : text.toWellFormed();
  const legal = clean.replace(FORBIDDEN, '');
  if (!SPECIAL.test(legal)) return legal;
  // A carriage return would be read as a line feed (XML 1.0 2.11).
  return legal
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#xD;');
}
