/** Text for people and for the index: HTML into words, previews, subjects, word segmentation. */
export { htmlToText } from './html-to-text.ts';
export { previewOf } from './preview.ts';
export { withBlankTargets, withoutRemoteImages } from './rewrite-html.ts';
export { safeHtml } from './safe-html.ts';
export { baseSubject } from './subject.ts';
export { textToHtml } from './text-to-html.ts';
export { uniqueHtml, uniqueText } from './unique-part.ts';
export { truncateUtf8, utf8Length } from './utf8.ts';
export { segmentWords } from './words.ts';
