/** Why a text was refused. */
export type ICalCode =
  | 'too-large'
  | 'too-many-lines'
  | 'line-too-long'
  | 'too-deep'
  | 'too-many-components'
  | 'misplaced'
  | 'not-icalendar';

/** The text is no acceptable iCalendar. `line` is where, counted from 1 as it stands in the text. */
export class ICalError extends Error {
  readonly code: ICalCode;
  readonly line: number;

  constructor(code: ICalCode, line: number, detail: string) {
    super(`iCalendar: ${detail} (line ${line})`);
    this.name = 'ICalError';
    this.code = code;
    this.line = line;
  }
}
