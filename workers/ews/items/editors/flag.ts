import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { child } from '../../../../codecs/soap/read.ts';
import type { MessageFlag } from '../../../../core/mail/types.ts';
import { EwsError, SchemaError } from '../../errors.ts';
import { timeOf } from './values.ts';

const STATUSES = ['NotFlagged', 'Complete', 'Flagged'] as const;

/** The follow-up flag of an element Flag (MS-OXWSCDATA 2.2.4.34); null for none. */
export function flagOf(element: XmlElement): MessageFlag | null {
  const word = child(element, 'FlagStatus')?.text.trim() ?? '';
  const status = (STATUSES as readonly string[]).indexOf(word);
  if (status < 0) throw new SchemaError('a flag must have a FlagStatus.');
  const time = (name: string) => {
    const given = child(element, name);
    return given === null ? null : timeOf(given);
  };
  const start = time('StartDate');
  const due = time('DueDate');
  const complete = time('CompleteDate');
  if (status === 0) {
    if (start !== null || due !== null || complete !== null) throw badDates();
    return null;
  }
  if (status === 1) {
    // MS-OXWSCDATA: only what is complete has a time of completion, and nothing else.
    if (start !== null || due !== null) throw badDates();
    return {
      status: 1,
      type: 'Flag for follow up',
      ...(complete === null ? {} : { completeTime: complete, dateCompleted: complete }),
    };
  }
  // MS-OXWSCDATA 2.2.4.34: what is to be done has both times or none.
  if (complete !== null || (start === null) !== (due === null)) throw badDates();
  if (start !== null && due !== null && start > due) throw badDates();
  return {
    ...{ status: 2, type: 'Flag for follow up' },
    ...(start === null ? {} : { startDate: start, utcStartDate: start }),
    ...(due === null ? {} : { dueDate: due, utcDueDate: due }),
  };
}

function badDates(): EwsError {
  return new EwsError('ErrorInvalidArgument', 'The dates of the flag do not fit its status.');
}
