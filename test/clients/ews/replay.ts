/** Requests of real clients as they were recorded against another server, sent to this one. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { decodeId } from '../../../workers/ews/ids/id.ts';
import { type EwsAnswer, readAnswer } from './index.ts';

const ARCHIVE = resolve(process.env['WAYPOST_SHARED'] ?? '../shared', 'ews/requests.tgz');

/** The recording is no part of this project. */
export const hasRecording = existsSync(ARCHIVE);

export interface Recorded {
  /** Client and name of the file. */
  name: string;
  method: string;
  path: string;
  headers: [string, string][];
  body: string;
}

/** Everything of one client, in order. */
export function recordedBy(client: string): Recorded[] {
  const tar = (...args: string[]) =>
    execFileSync('tar', [...args], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const files = tar('tzf', ARCHIVE)
    .split('\n')
    .filter((name) => name.startsWith(`${client}`) && name.endsWith('.req.txt'))
    .sort();
  return files.map((name) => ({ name, ...readRequest(tar('xzOf', ARCHIVE, name)) }));
}

function readRequest(text: string): Omit<Recorded, 'name'> {
  const [, head = '', body = ''] = /^([\s\S]*?)\r?\n\r?\n([\s\S]*)$/.exec(text) ?? [];
  const [first = '', ...lines] = head.split(/\r?\n/);
  const [method = '', path = ''] = first.split(' ');
  const headers = lines.flatMap((line): [string, string][] => {
    const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
  return { method, path, headers, body };
}

export interface Replayed {
  status: number;
  headers: Headers;
  text: string;
  /** Each document of the answer, validated; more than one in a stream. */
  documents: EwsAnswer[];
  operation: string;
}

type Fetch = (path: string, init?: RequestInit) => Promise<Response>;
type Kind = 'item' | 'folder' | 'attachment';

/** Headers of the connection, which is another one now. */
const OF_CONNECTION = /^(?:host|connection|content-length)$/i;

/**
 * Sends requests one after the other. Ids of the other server are taken for those that this one gave last: the first time
 * that an unknown one is used it is the next id, of its kind, of the newest answer that has one nobody has used yet.
 */
export function createReplay(server: { fetch: Fetch }, authorization: string) {
  const known = new Map<string, string>();
  const used = new Set<string>();
  const keys = new Map<string, string>();
  const answers: Record<Kind, string[]>[] = [];
  const newest: Record<string, string> = {};

  function idFor(old: string, kind: Kind): string {
    const before = known.get(old);
    if (before !== undefined) return before;
    for (const answer of [...answers].reverse()) {
      const id = answer[kind].find((one) => !used.has(one));
      if (id === undefined) continue;
      used.add(id);
      known.set(old, id);
      return id;
    }
    return old;
  }

  function translate(body: string, operation: string): string {
    const ids = body.replace(/Id="(AAMk[^"]*)"(?: ChangeKey="[^"]*")?/g, (_, old: string) => {
      const plain = Buffer.from(old.slice(4), 'base64').toString('latin1');
      const kind = plain.startsWith('folder-') ? 'folder' : plain.startsWith('att-') ? 'attachment' : 'item';
      const id = idFor(old, kind);
      const key = keys.get(id);
      return `Id="${id}"${key === undefined ? '' : ` ChangeKey="${key}"`}`;
    });
    return ids.replace(
      /<((?:\w+:)?(SubscriptionId|Watermark|SyncState))>[^<]+</g,
      (whole, tag, name: string) => {
        const said = newest[name === 'SyncState' ? operation : name];
        return said === undefined ? whole : `<${tag}>${said}<`;
      },
    );
  }

  function remember(text: string, operation: string): void {
    const found: Record<Kind, string[]> = { item: [], folder: [], attachment: [] };
    for (const [, id = '', key] of text.matchAll(
      /<t:(?:ItemId|FolderId|AttachmentId) Id="([^"]+)"(?: ChangeKey="([^"]+)")?/g,
    )) {
      const { kind } = decodeId(id);
      if (kind === 'folder' || kind === 'attachment') found[kind].push(id);
      else found.item.push(id);
      if (key !== undefined) keys.set(id, key);
    }
    for (const [, id = '', key = ''] of text.matchAll(/RootItemId="([^"]+)" RootItemChangeKey="([^"]+)"/g)) {
      keys.set(id, key);
    }
    answers.push(found);
    for (const name of ['SubscriptionId', 'Watermark', 'SyncState']) {
      const said = [...text.matchAll(new RegExp(`<[mt]:${name}>([^<]+)<`, 'g'))].at(-1)?.[1];
      // Each of the two operations has states of its own.
      if (said !== undefined) newest[name === 'SyncState' ? operation : name] = said;
    }
  }

  return async ({ method, path, headers, body }: Recorded): Promise<Replayed> => {
    const operation = /Body>\s*<(?:\w+:)?(\w+)/.exec(body)?.[1] ?? method;
    const given = headers
      .filter(([name]) => !OF_CONNECTION.test(name))
      .map(([name, value]): [string, string] => [
        name,
        /^authorization$/i.test(name) ? authorization : value,
      ]);
    const response = await server.fetch(path, {
      method,
      headers: given,
      ...(method === 'GET' ? {} : { body: translate(body, operation) }),
    });
    const text = await textOf(response, operation === 'GetStreamingEvents');
    const parts =
      operation === 'GetStreamingEvents' ? (text.match(/<Envelope[\s\S]*?<\/Envelope>/g) ?? []) : [text];
    const isXml = response.headers.get('content-type')?.startsWith('text/xml') === true;
    const documents: EwsAnswer[] = [];
    for (const part of isXml ? parts : []) documents.push(await readAnswer(response.status, part));
    remember(text, operation);
    return { ...{ status: response.status, headers: response.headers }, text, documents, operation };
  };
}

/** The answer; of a stream the beginning, after which the client goes away. */
async function textOf(response: Response, streamed: boolean): Promise<string> {
  if (!streamed || response.body === null) return response.text();
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!/<\/(?:\w+:)?Envelope>/.test(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}
