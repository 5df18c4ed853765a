import { attachmentBytes, attachmentHref } from './attachments.ts';

const encoder = new TextEncoder();

export interface ItemSize {
  /** Bytes of the document as JSON. */
  document: number;
  /** Bytes of the files that it names. */
  files: number;
  /** Of both. */
  total: number;
}

/** What an item takes of its mailbox. `json` is the document's text, where it is known already. */
export function sizeOfItem(document: unknown, json: string = JSON.stringify(document)): ItemSize {
  // Most have no files, and are not walked through.
  return sizeOf(json, json.includes(attachmentHref('')) ? attachmentBytes(document) : 0);
}

/** The same of a document as it was written down; damaged, it has no files. */
export function sizeOfText(json: string): ItemSize {
  try {
    return sizeOfItem(JSON.parse(json), json);
  } catch {
    return sizeOf(json, 0);
  }
}

function sizeOf(json: string, files: number): ItemSize {
  const document = encoder.encode(json).length;
  return { document, files, total: document + files };
}
