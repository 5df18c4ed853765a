import { type Command, CommandError, defineCommand } from '../command.ts';
import { completionScript, SHELLS } from '../completion.ts';

/** `commands`: all there are, this one among them. */
export function completionOf(commands: () => readonly Command[]): Command {
  return defineCommand({
    name: 'completion',
    summary: 'print what a shell needs to complete commands and flags',
    here: true,
    positionals: [{ name: 'shell', help: SHELLS.join(', ') }],
    flags: {},
    examples: ['source <(waypost completion bash)'],
    async run({ args: [name = ''], out }) {
      const shell = SHELLS.find((one) => one === name);
      if (shell === undefined) throw new CommandError(`the shell is one of ${SHELLS.join(', ')}`);
      const script = completionScript(shell, commands());
      out.result({ shell, script }, () => out.line(script.trimEnd()));
    },
  });
}
