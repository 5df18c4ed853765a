import { describe, expect, it } from 'vitest';
import { underPlainName } from './names.ts';

describe('the name of a queue', () => {
  const nameOf = (queue: string, prefix: string) => underPlainName({ queue, messages: [] }, prefix).queue;

  it('is the plain one where several installations share an account', () => {
    expect(nameOf('staging-mail-ingest', 'staging-')).toBe('mail-ingest');
    expect(nameOf('staging-dlq-index', 'staging-')).toBe('dlq-index');
  });

  it('is as it is everywhere else', () => {
    expect(nameOf('mail-ingest', '')).toBe('mail-ingest');
    expect(nameOf('mail-ingest', 'staging-')).toBe('mail-ingest');
  });
});
