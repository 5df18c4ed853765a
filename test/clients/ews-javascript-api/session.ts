import { setTimeout as sleep } from 'node:timers/promises';
import ews from 'ews-javascript-api';

const { ExchangeService, ExchangeVersion, ItemView, Uri, WebCredentials } = ews;

export interface Session {
  service: ews.ExchangeService;
  names(folders: readonly ews.Folder[]): string[];
  /** Of the items of a folder. */
  subjects(folder: ews.WellKnownFolderName): Promise<string[]>;
}

export function openSession(): Session {
  const { EWS_URL = '', EWS_USER = '', EWS_PASSWORD = '' } = process.env;
  const service = new ExchangeService(ExchangeVersion.Exchange2013_SP1);
  service.Credentials = new WebCredentials(EWS_USER, EWS_PASSWORD);
  service.Url = new Uri(EWS_URL);
  return {
    service,
    names: (folders) => folders.map((one) => one.DisplayName),
    async subjects(folder) {
      const found = await service.FindItems(folder, new ItemView(100));
      return found.Items.map((one) => one.Subject).sort();
    },
  };
}

const counts = { passed: 0, failed: 0 };

/** Runs a step and prints a line for it. */
export async function step(name: string, run: () => Promise<void>): Promise<void> {
  const started = performance.now();
  const line = (word: string) =>
    console.log(`${word} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  try {
    await run();
    counts.passed++;
    line('ok  ');
  } catch (error) {
    counts.failed++;
    line('FAIL');
    // Its errors are objects of its own, mostly without a stack.
    console.log(error instanceof Error ? error.stack : JSON.stringify(error));
  }
}

/** Prints the sum; the exit status is 1 for any FAIL. */
export function finish(): never {
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
}

export function expect(condition: boolean, shown: unknown): asserts condition {
  if (!condition) throw new Error(`not as it should be: ${JSON.stringify(shown)}`);
}

/** What `look` gives as soon as it gives something. */
export async function until<T>(look: () => Promise<T | null>, seconds = 60): Promise<T> {
  for (const end = Date.now() + seconds * 1000; ; ) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`not within ${seconds} s`);
    await sleep(100);
  }
}
