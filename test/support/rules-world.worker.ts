import { automaticWorld } from './automatic-world.worker.ts';
import { buildMail } from './mail.ts';

export const ANN = 'ann@one.example';
export const BOB = 'bob@one.example';
export const OUT = 'friend@out.example';

export const mail = (subject = 'Hello', more: Parameters<typeof buildMail>[0] = {}) =>
  buildMail({ from: `Friend <${OUT}>`, to: ANN, subject, ...more });

export const toEveryone = { conditions: {}, exceptions: {}, enabled: true };

export async function withFolder(name = 'Projects') {
  const world = await automaticWorld();
  const { folder } = await world
    .mailbox(ANN)
    .createFolder({ folderId: 'own', parentId: null, displayName: name, itemClass: 'Email' });
  return { ...world, folderId: folder.folderId };
}
