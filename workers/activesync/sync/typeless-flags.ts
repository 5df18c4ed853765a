import { isMeetingClass } from '../../../core/mail/message-class.ts';
import type { ClientCommand } from '../../../core/sync/state.ts';
import type { EasContext } from '../context.ts';
import { needsType } from './flag.ts';
import { refused } from './refused.ts';

/** Refuses flags without a FlagType of messages that are none of a meeting (MS-ASEMAIL 2.2.2.36). */
export async function refuseTypeless(
  context: EasContext,
  commands: ClientCommand[],
): Promise<ClientCommand[]> {
  const ids = commands.flatMap((c) => (c.kind === 'change' && needsType(c.flag) ? [c.itemId] : []));
  if (ids.length === 0) return commands;
  const messages = new Map((await context.mailbox.messages(ids)).map((m) => [m.itemId, m]));
  return commands.map((command) => {
    if (command.kind !== 'change' || !needsType(command.flag)) return command;
    const message = messages.get(command.itemId);
    // What is not there, the engine says.
    if (message === undefined || isMeetingClass(message.messageClass)) return command;
    return refused({ clientId: null, itemId: command.itemId });
  });
}
