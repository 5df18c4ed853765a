import { type Account, BenchDevice } from './device.ts';
import { round } from './stats.ts';

/** Type of the default folder of contacts (MS-ASCMD 2.2.3.186.3). */
const CONTACTS = '9';

interface ContactSync {
  /** Of the middle one of the runs. */
  perSecond: number;
  runs: number[];
  /** Bytes of JSON of one contact as it is kept. */
  documentBytes: number;
}

/** First Syncs of an address book by several devices, in full pages. */
export async function contactSync(account: Account, total: number): Promise<ContactSync> {
  const url = `${account.url}/bench/seed-contacts?user=${encodeURIComponent(account.address)}&n=${total}`;
  const response = await fetch(url);
  const documentBytes = Number(await response.text());
  if (!response.ok) throw new Error(`seed-contacts: ${response.status}`);
  const runs: number[] = [];
  // The first one pays for what is loaded once.
  for (let run = 0; run < 4; run++) {
    const device = new BenchDevice(account, `BENCHCONTACTS${run}`);
    await device.setUp(CONTACTS);
    const start = performance.now();
    const { length } = await device.syncAll(512);
    const rate = total / ((performance.now() - start) / 1000);
    if (length !== total) throw new Error(`first Sync brought ${length} of ${total} contacts`);
    if (run > 0) runs.push(round(rate));
  }
  const sorted = runs.toSorted((a, b) => a - b);
  return { perSecond: sorted[1] ?? Number.NaN, runs, documentBytes };
}
