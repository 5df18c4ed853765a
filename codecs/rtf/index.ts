/** Rich Text Format as mail protocols carry it (MS-OXRTFCP). */
export { rtfContainer } from './compressed.ts';
export { textToRtf } from './text-to-rtf.ts';
