/** Rich Text Format as mail protocols carry it (MS-OXRTFCP). */
export { rtfContainer } from './compressed.ts';
export { rtfDocument } from './decompress.ts';
export { rtfToText } from './rtf-to-text.ts';
export { textToRtf } from './text-to-rtf.ts';
