import { DomainError } from '../errors.ts';

/** A rule, or a set of them, that gives more than anybody keeps a calendar for, or takes too long to find out. */
export class RecurrenceTooLargeError extends DomainError {
  constructor(message: string) {
    super('recurrence-too-large', message);
  }
}

/** A document that cannot be an event or a task. */
export class InvalidCalendarError extends DomainError {
  constructor(message: string) {
    super('invalid-calendar', message);
  }
}
