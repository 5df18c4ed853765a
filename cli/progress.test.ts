import { describe, expect, it } from 'vitest';
import { createProgress } from './progress.ts';

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, write: (text: string) => void written.push(text) };
}

describe('how far a long piece of work has come', () => {
  it('is a bar on a terminal, drawn now and then, and gone at the end', () => {
    const terminal = screen(true);
    let now = 0;
    const progress = createProgress(terminal, false, () => now);
    progress.update(1, 4, 'one');
    progress.update(2, 4, 'too soon');
    now = 200;
    progress.update(2, 4, 'two');
    progress.end();
    expect(terminal.written).toEqual([
      `\r[${'#'.repeat(8)}${'.'.repeat(22)}]  25% one\u001b[K`,
      `\r[${'#'.repeat(15)}${'.'.repeat(15)}]  50% two\u001b[K`,
      '\r\u001b[K',
    ]);
  });

  it('is a line now and then elsewhere, the last one in any case', () => {
    const file = screen(false);
    let now = 0;
    const progress = createProgress(file, false, () => now);
    progress.update(0, 4, 'none');
    now = 4000;
    progress.update(1, 4, 'one');
    progress.update(4, 4, 'all');
    progress.end();
    expect(file.written).toEqual(['0% none\n', '100% all\n']);
  });

  it('is nothing where a program reads', () => {
    const file = screen(true);
    const progress = createProgress(file, true);
    progress.update(1, 2, 'x');
    progress.end();
    expect(file.written).toEqual([]);
  });
});
