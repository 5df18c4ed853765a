/** How far a long piece of work has come, for people who wait for it. */
export interface Progress {
  /** `done` and `total` in any unit; `what` is a word or two. */
  update(done: number, total: number, what: string): void;
  end(): void;
}

interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
}

const WIDTH = 30;
/** Milliseconds between two looks of the bar, and between two lines where there is no terminal. */
const BAR_MS = 100;
const LINE_MS = 5000;

/** A bar on a terminal, a line now and then elsewhere, nothing where a program reads (`quiet`). */
export function createProgress(screen: Screen, quiet: boolean, now: () => number = Date.now): Progress {
  if (quiet) return { update: () => undefined, end: () => undefined };
  const tty = screen.isTTY === true;
  let last = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    update(done, total, what) {
      const at = now();
      if (at - last < (tty ? BAR_MS : LINE_MS) && done < total) return;
      last = at;
      shown = true;
      const part = total === 0 ? 1 : Math.min(1, done / total);
      const percent = `${Math.floor(part * 100)}%`.padStart(4);
      if (!tty) screen.write(`${percent.trim()} ${what}\n`);
      else {
        const full = Math.round(part * WIDTH);
        screen.write(`\r[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${percent} ${what}\u001b[K`);
      }
    },
    end() {
      if (tty && shown) screen.write('\r\u001b[K');
    },
  };
}
