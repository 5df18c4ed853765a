export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Record<string, string | number | boolean | null | undefined>;

export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A logger whose lines all carry these fields too. */
  with(fields: LogFields): Logger;
}

const ORDER: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

type LogListener = (level: LogLevel, event: string, fields: LogFields) => void;

/**
 * One JSON object a line. Never hand it content of mails, credentials or headers (ATTACKS A64).
 *
 * @param onLine hears of every line, also of those below the level
 */
export function createLogger(level: LogLevel, base: LogFields = {}, onLine?: LogListener): Logger {
  const write = (at: LogLevel, event: string, fields: LogFields = {}) => {
    onLine?.(at, event, fields);
    if (ORDER[at] < ORDER[level]) return;
    // JSON.stringify escapes line breaks and controls: a field cannot forge a second line.
    const line = JSON.stringify({ level: at, event, ...base, ...fields });
    if (at === 'error') console.error(line);
    else if (at === 'warn') console.warn(line);
    else console.log(line);
  };
  return {
    debug: (e, f) => write('debug', e, f),
    info: (e, f) => write('info', e, f),
    warn: (e, f) => write('warn', e, f),
    error: (e, f) => write('error', e, f),
    with: (fields) => createLogger(level, { ...base, ...fields }, onLine),
  };
}

/** Name and message of whatever was thrown, bounded, for a log field or a dead letter. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < 4 && current !== undefined && current !== null; depth++) {
    parts.push(current instanceof Error ? `${current.name}: ${current.message}` : String(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(' <- ').slice(0, 1000);
}
