import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { TextFunctions } from './types.ts';

/** The only letters beyond ASCII of which lower case is, or begins with, one of ASCII. */
const KELVIN = sql.raw(`'\u212a', 'k'`);
const DOTTED_I = sql.raw(`'\u0130', 'i\u0307'`);

/**
 * Lower case of a text as far as letters of ASCII are concerned: a text of ASCII alone is found in it exactly where it is
 * found in JavaScript's lower case. An index has the same expression (migrations, messages_by_folded_id).
 */
export function asciiFold(text: SQLWrapper, { lower }: TextFunctions): SQL {
  return lower(sql`replace(replace(${text}, ${KELVIN}), ${DOTTED_I})`);
}
