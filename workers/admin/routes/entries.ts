/** What users and shared contacts have in common as entries of the address list: attributes and a photo. */
import type { Context } from 'hono';
import * as z from 'zod';
import { InvalidInputError } from '../../../core/errors.ts';
import { MAX_PHOTO, photoKey, photoType } from '../../../core/people/photo.ts';
import type { Person, PersonAttributes } from '../../../core/people/types.ts';
import { newId } from '../../../platform/ids.ts';
import { describeError } from '../../../platform/log.ts';
import type { PersonView, SetPerson } from '../../../shared/admin-api.ts';
import { type AdminContext, type AdminEnv, by } from '../context.ts';
import { AdminError } from '../problem.ts';

/** A photo and one byte: what is longer is refused before it is read. */
export const MAX_PHOTO_BODY = MAX_PHOTO + 1;

/** A person with the tenant whose address list has the entry. */
export type Entry = Person & { tenantId: string };

export const shortText = z.string().trim().max(200).optional();
export const attributesBody = z.strictObject({
  firstName: shortText,
  lastName: shortText,
  title: shortText,
  office: shortText,
  company: shortText,
  phone: shortText,
  homePhone: shortText,
  mobilePhone: shortText,
  hidden: z.boolean().optional(),
}) satisfies z.ZodType<SetPerson>;

/** Fields that a body has. */
export function given<T extends object>(body: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const said = Object.entries(body).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

export function attributesOf(person: PersonAttributes): PersonAttributes {
  const { firstName, lastName, title, office, company, phone, homePhone, mobilePhone, hidden } = person;
  return { firstName, lastName, title, office, company, phone, homePhone, mobilePhone, hidden };
}

export function entryView(entry: PersonAttributes & Pick<Person, 'address' | 'photo'>): PersonView {
  const { address, photo } = entry;
  return {
    address,
    ...attributesOf(entry),
    photo: photo === null ? null : { mediaType: photo.mediaType, size: photo.size },
  };
}

/**
 * Gives an entry the photo that a request has as its body, null for none; the one before is deleted.
 * @throws AdminError, InvalidInputError for what is no photo
 */
export async function setPhoto(
  { services, audit }: AdminContext,
  c: Context<AdminEnv>,
  entry: Entry,
  bytes: Uint8Array | null,
): Promise<Person['photo']> {
  const { directory, photos } = services;
  const { tenantId, personId, kind } = entry;
  const photo = bytes === null ? null : newPhoto(entry, bytes);
  if (photo !== null && bytes !== null) await photos.put(photo.key, bytes, photo.mediaType);
  await directory.setPersonPhoto(tenantId, personId, photo);
  await forgetPhoto(services, entry);
  await audit({
    ...by(c),
    tenantId,
    action: `${kind}.photo`,
    resource: `${kind}/${personId}`,
    details: { size: photo?.size ?? 0 },
  });
  return photo;
}

function newPhoto({ tenantId, personId }: Entry, bytes: Uint8Array): NonNullable<Person['photo']> {
  if (bytes.length > MAX_PHOTO) throw new AdminError('too-large', `a photo has at most ${MAX_PHOTO} bytes`);
  const mediaType = photoType(bytes);
  if (mediaType === null) throw new InvalidInputError('a photo is a JPEG or PNG image');
  return { key: photoKey(tenantId, personId, newId()), mediaType, size: bytes.length };
}

/** A photo that nobody shows any more; when it cannot be deleted it only takes room. */
export async function forgetPhoto(
  { photos, log }: AdminContext['services'],
  { photo }: Pick<Person, 'photo'>,
): Promise<void> {
  if (photo === null) return;
  try {
    await photos.delete(photo.key);
  } catch (error) {
    log.warn('admin.photo-left', { key: photo.key, error: describeError(error) });
  }
}
