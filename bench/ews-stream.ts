import { textOf } from '../codecs/soap/read.ts';
import { ewsClient } from '../test/clients/ews/index.ts';
import { openStream } from '../test/clients/ews/stream.ts';
import type { Account } from './device.ts';
import { benchMessage, deliver } from './mail.ts';
import { type Figures, figures } from './stats.ts';

const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));

/** Milliseconds from the acceptance of a message by `email()` to its event on the stream of EWS that waits for it. */
export async function streamLatency(account: Account, rounds: number): Promise<Figures> {
  const { url, address, password } = account;
  const server = { fetch: (path: string, init?: RequestInit) => fetch(`${url}${path}`, init) };
  const client = ewsClient(server, address, password);
  const { messages } = await client.ok(
    '<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="inbox"/></t:FolderIds>' +
      '<t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>',
  );
  const id = textOf(messages[0] ?? null, 'SubscriptionId') ?? '';
  const stream = await openStream(server, address, password, [id], 30);
  if ((await stream.next())?.status !== 'OK') throw new Error('the stream did not begin');
  const series: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const next = stream.nextEvents(30_000).then(() => performance.now());
    // Long enough that the hub hibernates in some of the rounds.
    await sleep(i % 7 === 6 ? 12_000 : 300);
    await deliver(url, address, benchMessage(address, 10_000));
    const accepted = performance.now();
    series.push(Math.max(0, (await next) - accepted));
  }
  await stream.close();
  return figures(series);
}
