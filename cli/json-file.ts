import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CommandError } from './command.ts';

/** The JSON in a file; `-` is standard input. */
export async function readJsonFile(file: string): Promise<unknown> {
  let json: string;
  try {
    json = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  try {
    return JSON.parse(json);
  } catch {
    throw new CommandError(`${file} is not JSON`);
  }
}
