import { text } from 'node:stream/consumers';
import { CommandError } from '../command.ts';

/** A secret from standard input: typed without being shown, or the first line of what is piped in. */
export async function readSecret(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  const line =
    stdin.isTTY === true ? await typed(prompt, stderr) : ((await text(stdin)).split(/\r?\n/)[0] ?? '');
  const secret = line.trim();
  if (secret === '') throw new CommandError('nothing was given on standard input');
  return secret;
}

function typed(prompt: string, to: NodeJS.WriteStream): Promise<string> {
  const { stdin } = process;
  to.write(prompt);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve, reject) => {
    let line = '';
    const end = () => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      to.write('\n');
    };
    const take = (chunk: string) => {
      for (const key of chunk) {
        if (key === '\u0003') {
          end();
          reject(new CommandError('stopped'));
          return;
        }
        if (key === '\r' || key === '\n' || key === '\u0004') {
          end();
          resolve(line);
          return;
        }
        line = key === '\u007f' || key === '\b' ? line.slice(0, -1) : line + key;
      }
    };
    stdin.on('data', take);
  });
}
