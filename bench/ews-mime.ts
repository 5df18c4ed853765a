import { Buffer } from 'node:buffer';
import { NAMESPACES } from '../codecs/soap/write.ts';
import type { Account } from './device.ts';
import { startBenchWorker, workerdMemory } from './local.ts';
import { benchMessage } from './mail.ts';
import { round } from './stats.ts';

const LARGE = 20_000_000;
const SMALL = 1_000_000;
const WARM_UP = 20;

/**
 * MB by which workerd grows while a message of 20 MB is given as MimeContent, and while it is read: each above what a
 * runtime holds that has taken and given as many bytes in small messages.
 */
export async function mimeMemory(): Promise<{ writtenMb: number; readMb: number }> {
  const worker = await startBenchWorker();
  try {
    const account = { url: worker.url, address: 'mime@bench.test', password: 'bench-password-1' };
    await worker.admin('POST', '/domains', { domain: 'bench.test' });
    const { address, password } = account;
    await worker.admin('POST', '/users', { address, password, displayName: 'mime' });
    for (let i = 0; i < WARM_UP; i++) await read(account, await write(account, SMALL));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    let id = '';
    const writtenMb = await grown(async () => {
      id = await write(account, LARGE);
    });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const readMb = await grown(async () => {
      const bytes = await read(account, id);
      if (bytes < LARGE) throw new Error(`MimeContent: ${bytes} bytes`);
    });
    return { writtenMb, readMb };
  } finally {
    await worker.stop();
  }
}

async function grown(act: () => Promise<void>): Promise<number> {
  const before = workerdMemory();
  let highest = before;
  const sampler = setInterval(() => {
    highest = Math.max(highest, workerdMemory());
  }, 10);
  try {
    await act();
    return round((highest - before) / 1024);
  } finally {
    clearInterval(sampler);
  }
}

function post({ url, address, password }: Account, body: string): Promise<Response> {
  return fetch(`${url}/EWS/Exchange.asmx`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${address}:${password}`).toString('base64')}`,
      'content-type': 'text/xml; charset=utf-8',
      'accept-encoding': 'identity',
    },
    body: `<s:Envelope xmlns:s="${NAMESPACES.s}" xmlns:t="${NAMESPACES.t}" xmlns:m="${NAMESPACES.m}"><s:Body>${body}</s:Body></s:Envelope>`,
  });
}

/** Saves a draft of so many bytes; its id. */
async function write(account: Account, bytes: number): Promise<string> {
  const mime = Buffer.from(benchMessage(account.address, bytes)).toString('base64');
  const response = await post(
    account,
    `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId><t:DistinguishedFolderId Id="drafts"/></m:SavedItemFolderId><m:Items><t:Message><t:MimeContent CharacterSet="UTF-8">${mime}</t:MimeContent></t:Message></m:Items></m:CreateItem>`,
  );
  const text = await response.text();
  const id = /<t:ItemId Id="([^"]+)"/.exec(text)?.[1];
  if (id === undefined) throw new Error(`CreateItem: ${response.status} ${text.slice(0, 300)}`);
  return id;
}

/** Reads the message and throws it away; bytes of base64. */
async function read(account: Account, id: string): Promise<number> {
  const response = await post(
    account,
    `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
  );
  let bytes = 0;
  if (!response.ok || response.body === null) throw new Error(`GetItem: ${response.status}`);
  for await (const chunk of response.body) bytes += chunk.length;
  return bytes;
}
