import type { PhotoRef } from './types.ts';

/** Largest photo that is kept, in bytes. Devices get photos of up to MAX_SENT_PHOTO. */
export const MAX_PHOTO = 500 * 1024;

/** Largest photo that a reply may hold: the highest value of MaxSize (MS-ASCMD 2.2.3.105). */
export const MAX_SENT_PHOTO = 102_400;

const JPEG = [0xff, 0xd8, 0xff];
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** What the bytes begin as; null for anything but a JPEG or PNG, whatever it is called. */
export function photoType(bytes: Uint8Array): PhotoRef['mediaType'] | null {
  const begins = (magic: number[]) => bytes.length > magic.length && magic.every((b, i) => bytes[i] === b);
  if (begins(JPEG)) return 'image/jpeg';
  return begins(PNG) ? 'image/png' : null;
}

/** Key of a photo: a new one for each, since what a key holds is never changed. */
export function photoKey(tenantId: string, userId: string, photoId: string): string {
  return `photos/${tenantId}/${userId}/${photoId}`;
}
