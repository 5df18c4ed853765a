import { textOf } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { personAt } from '../people/find-people.ts';
import { errorMessage, message } from '../response-messages.ts';

/** GetUserPhoto (MS-OXWSPHOTO 3.1.4.1). There is one size of each photo: the one that was given. */
export const getUserPhoto: Operation = (request, context) =>
  message(context, 'GetUserPhotoResponseMessage', async () => {
    const person = await personAt(context, textOf(request, 'Email') ?? '');
    const photo = person?.photo ?? null;
    const bytes = photo === null ? null : await context.services.photos.get(photo.key);
    if (bytes === null) {
      return {
        ...errorMessage(new EwsError('ErrorItemNotFound', 'There is no photo of this user.')),
        HasChanged: false,
      };
    }
    return {
      HasChanged: true,
      PictureData: { open: async () => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream() },
    };
  });
