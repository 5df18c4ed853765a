import * as z from 'zod';
import { FRAMES_TYPE } from '../../../codecs/frames/index.ts';
import { count } from '../../../shared/admin/common.ts';
import * as shapes from '../../../shared/admin/transfer.ts';
import { exportQuery } from '../routes/export.ts';
import { foldersBody, settingsBody } from '../routes/import.ts';
import type { Operations } from './shape.ts';

const frames = {
  mediaType: FRAMES_TYPE,
  what: 'Items one after the other, each as a header and a body (docs/takeout.md).',
};

export const transferOperations: Operations = {
  'GET /users/:address/export': {
    name: 'exportItems',
    summary: 'A page of what a mailbox holds; its last frame says where to go on.',
    ...{ query: exportQuery, answer: frames },
  },
  'GET /users/:address/export/frame': {
    name: 'exportFrame',
    summary: 'What a mailbox has beside its items: folders, rules, settings.',
    answer: shapes.transferFrameView,
  },
  'POST /users/:address/import': {
    name: 'importItems',
    summary: 'Puts items into a mailbox: once each, however often they come.',
    ...{ body: frames, answer: shapes.importView },
  },
  'POST /users/:address/import/folders': {
    name: 'importFolders',
    summary: 'Makes folders be there: those with a role are the own ones of the mailbox.',
    ...{ body: foldersBody, answer: shapes.importFoldersView },
  },
  'POST /users/:address/import/settings': {
    name: 'importSettings',
    summary: 'Rules and settings for a mailbox that has none.',
    ...{ body: settingsBody, answer: z.object({ rules: count }) },
    errors: ['conflict'],
  },
};
