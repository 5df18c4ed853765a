/** Characters of base64 (MS-ASCNTC 2.2.2.56): of an image of 36 KB. */
const MAX_PICTURE = 48 * 1024;

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const BEGINS = [
  ['/9j/', 'image/jpeg'],
  ['iVBORw0KGgo', 'image/png'],
  ['R0lGOD', 'image/gif'],
  ['Qk', 'image/bmp'],
] as const;

/** The base64 of a picture that a device can be given; '' for an address, or a picture that is too large. */
export function pictureText(uri: string): string {
  const comma = uri.indexOf(',');
  if (comma < 0 || !/^data:[^,]{0,200};base64$/i.test(uri.slice(0, Math.min(comma, 300)))) return '';
  const data = uri.slice(comma + 1);
  return data.length <= MAX_PICTURE && BASE64.test(data) ? data : '';
}

/** null for what is no base64, or too much of it: of `most` characters. */
export function parsePicture(
  text: string,
  most: number = MAX_PICTURE,
): { uri: string; mediaType: string } | null {
  // What a message of megabytes holds is not looked through.
  if (text.length > 2 * most) return null;
  const data = text.replace(/\s+/g, '');
  if (data.length > most || data.length % 4 === 1 || !BASE64.test(data)) return null;
  const mediaType = BEGINS.find(([start]) => data.startsWith(start))?.[1] ?? 'image/jpeg';
  return { uri: `data:${mediaType};base64,${data}`, mediaType };
}
