/** AirSyncBase:FileReference of a part: the item and the number of the part in it, opaque to the client. */
export function fileReference(itemId: string, partNo: number): string {
  return `${itemId}.${partNo}`;
}

/** The parts of a FileReference, or null when it is none of ours. Clients may percent-encode it. */
export function parseFileReference(text: string): { itemId: string; partNo: number } | null {
  const match = /^([0-9A-Za-z_-]{1,64})(?:\.|%2[eE])(\d{1,6})$/.exec(text);
  return match?.[1] === undefined || match[2] === undefined
    ? null
    : { itemId: match[1], partNo: Number(match[2]) };
}

/** AirSyncBase:FileReference of a file that is kept with an event: the item and the id of the file. */
export function eventFileReference(itemId: string, attachmentId: string): string {
  return `${itemId}.${attachmentId}`;
}

/** The parts of it, or null when it is none: ids of files begin with a letter, numbers of parts never do. */
export function parseEventFileReference(text: string): { itemId: string; attachmentId: string } | null {
  const match = /^([0-9A-Za-z_-]{1,64})(?:\.|%2[eE])([a-z][0-9a-z]{1,63})$/.exec(text);
  return match?.[1] === undefined || match[2] === undefined
    ? null
    : { itemId: match[1], attachmentId: match[2] };
}
