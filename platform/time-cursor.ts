import { InvalidInputError } from '../core/errors.ts';

/** A place in a list that is in order of time, newest first, and then of id: many rows share a millisecond. */
export interface TimeCursor {
  at: number;
  id: string;
}

export function writeTimeCursor({ at, id }: TimeCursor): string {
  return `${at}.${id}`;
}

/**
 * Without an id (as an older version wrote it): before that time.
 *
 * @throws InvalidInputError it is none
 */
export function readTimeCursor(text: string): TimeCursor {
  const [, at, id = ''] = /^(\d{1,16})(?:\.(.{1,255}))?$/.exec(text) ?? [];
  if (at === undefined) throw new InvalidInputError('not a cursor of this list');
  return { at: Number(at), id };
}
