import { readFile } from 'node:fs/promises';
import { CommandError } from './command.ts';

/** A file that a person named; the reason why it cannot be read is for them. */
export async function readNamed(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A certificate file, PEM or DER, as the admin API takes it. */
export async function readCertificate(file: string): Promise<string> {
  const bytes = Buffer.from(await readNamed(file));
  return bytes[0] === 0x30 ? bytes.toString('base64') : bytes.toString('latin1');
}
