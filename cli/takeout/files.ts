import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** JSON of a file; null when there is none. */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** All or nothing: what stops in between leaves what was there. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const next = `${path}.new`;
  await writeFile(next, `${JSON.stringify(value, null, 2)}\n`);
  await rename(next, path);
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Size and SHA-256 (hexadecimal) of a file as it streams. */
export async function digestFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Lines of a file of JSON, parsed. */
export async function* readLines(path: string): AsyncGenerator<Record<string, unknown>> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  try {
    for await (const line of handle.readLines()) {
      if (line !== '') yield JSON.parse(line) as Record<string, unknown>;
    }
  } finally {
    await handle.close();
  }
}

/** Files of a folder that grow together: how long each is known, so that what was half written can be cut off. */
export class GrowingFiles {
  readonly #dir: string;
  readonly sizes: Record<string, number>;
  readonly #pieces = new Map<string, Uint8Array[]>();

  constructor(dir: string, sizes: Record<string, number>) {
    this.#dir = dir;
    this.sizes = { ...sizes };
  }

  /** Cuts off what an earlier try wrote after it had noted how far it was. */
  async recover(): Promise<void> {
    for (const [path, size] of Object.entries(this.sizes)) {
      const handle = await open(join(this.#dir, path), 'r+');
      await handle.truncate(size);
      await handle.close();
    }
  }

  append(path: string, ...pieces: Uint8Array[]): void {
    const list = this.#pieces.get(path);
    if (list === undefined) this.#pieces.set(path, pieces);
    else list.push(...pieces);
  }

  /** Forgets what was appended and not yet written. */
  discard(): void {
    this.#pieces.clear();
  }

  /** Writes what was appended. */
  async flush(): Promise<void> {
    for (const [path, pieces] of this.#pieces) {
      const whole = join(this.#dir, path);
      await mkdir(dirname(whole), { recursive: true });
      // Of a file that is new here, nothing that was there before counts.
      const handle = await open(whole, this.sizes[path] === undefined ? 'w' : 'a');
      try {
        const bytes = Buffer.concat(pieces);
        await handle.write(bytes);
        this.sizes[path] = (this.sizes[path] ?? 0) + bytes.length;
      } finally {
        await handle.close();
      }
    }
    this.#pieces.clear();
  }
}
