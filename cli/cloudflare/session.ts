import { CommandError } from '../command.ts';
import { reasonOf } from './refusals.ts';
import { type Ran, type RunOptions, shownCommand, type Wrangler } from './wrangler.ts';

/** How many wranglers run beside each other: each is a process of some size. */
export const AT_ONCE = 4;

/** wrangler as setup uses it: every command is shown as it runs. */
export interface Session {
  /** A command that only looks. Rejects with what it said when it fails, unless `allow` takes that. */
  look(args: readonly string[], allow?: (ran: Ran) => boolean): Promise<Ran>;
  /** A command that changes something. `what` is for the message when it fails. */
  change(what: string, args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Commands that changed something, as they were shown. */
  readonly done: readonly string[];
}

export function createSession(wrangler: Wrangler, say: (line: string) => void): Session {
  const done: string[] = [];
  return {
    done,
    async look(args, allow = () => false) {
      say(`$ ${shownCommand(args)}`);
      const ran = await wrangler(args);
      if (ran.code !== 0 && !allow(ran)) throw failure(shownCommand(args), ran);
      return ran;
    },
    async change(what, args, options = {}) {
      const shown = `${shownCommand(args, options.hidden?.shown)}${options.input === undefined ? '' : ' < (the value)'}`;
      say(`$ ${shown}`);
      const ran = await wrangler(args, options);
      if (ran.code !== 0) throw failure(what, ran);
      done.push(shown);
      return ran;
    },
  };
}

function failure(what: string, ran: Ran): CommandError {
  return new CommandError(`${what}: ${reasonOf(ran)}`);
}
