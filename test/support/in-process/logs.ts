import { AsyncLocalStorage } from 'node:async_hooks';
import type { LogLine } from '../harness.ts';

const current = new AsyncLocalStorage<LogLine[]>();
let installed = false;

/** Does the work with its JSON lines on the console kept in this list; other lines are printed as ever. */
export function logging<T>(lines: LogLine[], work: () => T): T {
  if (!installed) install();
  return current.run(lines, work);
}

function install(): void {
  installed = true;
  for (const name of ['log', 'warn', 'error'] as const) {
    const print = console[name].bind(console);
    console[name] = (...words: unknown[]) => {
      const line = words.length === 1 ? parsed(words[0]) : null;
      const lines = current.getStore();
      if (lines === undefined || line === null) print(...words);
      else lines.push(line);
    };
  }
}

function parsed(word: unknown): LogLine | null {
  if (typeof word !== 'string' || !word.startsWith('{')) return null;
  try {
    const line: unknown = JSON.parse(word);
    return typeof line === 'object' && line !== null && 'event' in line ? (line as LogLine) : null;
  } catch {
    return null;
  }
}
