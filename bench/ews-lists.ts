import { Buffer } from 'node:buffer';
import { NAMESPACES } from '../codecs/soap/write.ts';
import type { Account } from './device.ts';
import { benchMessage, deliver } from './mail.ts';
import { type Figures, figures, round, timed } from './stats.ts';

/** What DavMail asks of each message of a folder that is opened. */
const TAGS: readonly [tag: string, type: string][] = [
  ['0x0E23', 'Integer'],
  ['0x10F3', 'String'],
  ['0x0FF9', 'Binary'],
  ['0x0E07', 'Integer'],
  ['0x0E08', 'Integer'],
  ['0x0E06', 'SystemTime'],
  ['0x1090', 'Integer'],
  ['0x1081', 'Integer'],
  ['0x1083', 'Integer'],
  ['0x1080', 'Integer'],
  ['0x001A', 'String'],
  ['0x0037', 'String'],
  ['0x670E', 'String'],
  ['0x3008', 'SystemTime'],
  ['0x3007', 'SystemTime'],
];
const tag = ([id, type]: readonly [string, string]) =>
  `<t:ExtendedFieldURI PropertyTag="${id}" PropertyType="${type}"/>`;
const INBOX = '<t:DistinguishedFolderId Id="inbox"/>';
const ID_ONLY = '<t:BaseShape>IdOnly</t:BaseShape>';
const PAGE = 512;

/** The text of an answer; throws when there is no success in it. */
async function ewsCall({ url, address, password }: Account, body: string): Promise<string> {
  const response = await fetch(`${url}/EWS/Exchange.asmx`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${address}:${password}`).toString('base64')}`,
      'content-type': 'text/xml; charset=utf-8',
      'accept-encoding': 'identity',
    },
    body: `<s:Envelope xmlns:s="${NAMESPACES.s}" xmlns:t="${NAMESPACES.t}" xmlns:m="${NAMESPACES.m}"><s:Body>${body}</s:Body></s:Envelope>`,
  });
  const text = await response.text();
  if (!response.ok || !text.includes('ResponseClass="Success"') || text.includes('ResponseClass="Error"')) {
    throw new Error(`EWS: ${response.status} ${text.slice(0, 500)}`);
  }
  return text;
}

async function series(rounds: number, act: () => Promise<unknown>): Promise<Figures> {
  await act();
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) times.push(await timed(act));
  return figures(times);
}

/** Milliseconds of a page of 500 messages with 15 MAPI properties in the order of 0x0E23; the Inbox is filled. */
export function findPage(account: Account, rounds: number): Promise<Figures> {
  const body =
    `<m:FindItem Traversal="Shallow"><m:ItemShape>${ID_ONLY}<t:AdditionalProperties>${TAGS.map(tag).join('')}</t:AdditionalProperties></m:ItemShape>` +
    '<m:IndexedPageItemView MaxEntriesReturned="500" Offset="0" BasePoint="Beginning"/>' +
    `<m:SortOrder><t:FieldOrder Order="Descending">${tag(['0x0E23', 'Integer'])}</t:FieldOrder></m:SortOrder>` +
    `<m:ParentFolderIds>${INBOX}</m:ParentFolderIds></m:FindItem>`;
  return series(rounds, async () => {
    const found = (await ewsCall(account, body)).split('<t:ItemId ').length - 1;
    if (found !== 500) throw new Error(`FindItem brought ${found} messages`);
  });
}

/** Milliseconds of the first hundred messages of the Inbox that a restriction fits. */
export function findRestricted(account: Account, restriction: string, rounds: number): Promise<Figures> {
  const body =
    `<m:FindItem Traversal="Shallow"><m:ItemShape>${ID_ONLY}</m:ItemShape><m:IndexedPageItemView MaxEntriesReturned="100" Offset="0" BasePoint="Beginning"/>` +
    `<m:Restriction>${restriction}</m:Restriction><m:ParentFolderIds>${INBOX}</m:ParentFolderIds></m:FindItem>`;
  return series(rounds, () => ewsCall(account, body));
}

/** Milliseconds of a GetItem of 100 messages of 10 kB in AllProperties. */
export async function getItems(account: Account, rounds: number): Promise<Figures> {
  for (let i = 0; i < 100; i++)
    await deliver(account.url, account.address, benchMessage(account.address, 10_000));
  const list = `<m:FindItem Traversal="Shallow"><m:ItemShape>${ID_ONLY}</m:ItemShape><m:ParentFolderIds>${INBOX}</m:ParentFolderIds></m:FindItem>`;
  let ids: string[] = [];
  for (const end = Date.now() + 60_000; ids.length < 100; ) {
    if (Date.now() > end) throw new Error('the mail does not arrive');
    ids = (await ewsCall(account, list)).match(/<t:ItemId Id="[^"]+"/g) ?? [];
  }
  const body =
    '<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>' +
    `<m:ItemIds>${ids.map((id) => `${id}/>`).join('')}</m:ItemIds></m:GetItem>`;
  return series(rounds, () => ewsCall(account, body));
}

/** Messages per second of a first SyncFolderItems of a whole folder. */
export async function syncAll(account: Account, count: number): Promise<number> {
  let got = 0;
  const time = await timed(async () => {
    let state = '';
    for (let more = true; more; ) {
      const answer = await ewsCall(
        account,
        `<m:SyncFolderItems><m:ItemShape>${ID_ONLY}</m:ItemShape><m:SyncFolderId>${INBOX}</m:SyncFolderId>${state}<m:MaxChangesReturned>${PAGE}</m:MaxChangesReturned></m:SyncFolderItems>`,
      );
      got += answer.split('<t:Create>').length - 1;
      state = `<m:SyncState>${/SyncState>([^<]*)</.exec(answer)?.[1] ?? ''}</m:SyncState>`;
      more = !answer.includes('IncludesLastItemInRange>true');
    }
  });
  if (got !== count) throw new Error(`SyncFolderItems brought ${got} of ${count}`);
  return round(count / (time / 1000));
}
