import { describe, expect, test } from 'vitest';
import { MimeIndexer } from '../../../codecs/mime/index.ts';
import { indexFromThreadIndex, replyIndex, rootIndex } from '../conversation-index.ts';
import { derivedId, submissionIdOf } from './ids.ts';
import { MAX_RECIPIENTS } from './limits.ts';
import { quoteHtml, quoteText } from './quotation.ts';
import { recipientsOf } from './recipients.ts';
import { threadingFields } from './threading-fields.ts';
import { replyVerb } from './verb.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const person = (address: string, name = '') => ({ name, address });

function indexOf(text: string) {
  const indexer = new MimeIndexer();
  indexer.write(bytes(text));
  return indexer.end();
}

describe('ids', () => {
  test('are those of the parts, which are not run together', async () => {
    expect(await submissionIdOf('a', 'b')).toBe(await submissionIdOf('a', 'b'));
    expect(await submissionIdOf('a', 'b')).not.toBe(await submissionIdOf('ab', ''));
    expect(await submissionIdOf('x')).toMatch(/^[0-9a-f]{64}$/);
  });

  test('that are derived have the form of all others, and their time', async () => {
    const id = await derivedId(1_700_000_000_000, 'a');
    expect(id).toMatch(/^[0-9a-z]{26}$/);
    expect(await derivedId(1_700_000_000_000, 'a')).toBe(id);
    expect(await derivedId(1_700_000_000_000, 'b')).not.toBe(id);
    expect((await derivedId(1_700_000_000_001, 'a')) > id).toBe(true);
  });
});

describe('recipients', () => {
  test('are everybody that To, Cc and Bcc name, each once, groups dissolved', () => {
    const index = indexOf(
      'To: Ann <Ann@X.example>, Team: b@x.example, "B" <b@x.example>;\r\nCc: C <c@x.example>\r\nBcc: ann@x.example, d@x.example\r\n\r\n',
    );
    expect(recipientsOf(index)).toEqual([
      { address: 'ann@x.example', canonical: true, name: 'Ann', bcc: false },
      { address: 'b@x.example', canonical: true, name: 'B', bcc: false },
      { address: 'c@x.example', canonical: true, name: 'C', bcc: false },
      { address: 'd@x.example', canonical: true, name: '', bcc: true },
    ]);
  });

  test('nobody is nobody', () => {
    for (const header of ['', 'To: ', 'To: undisclosed-recipients:;', 'To: Somebody']) {
      const found = recipientsOf(indexOf(`${header}\r\nSubject: s\r\n\r\n`));
      expect(Array.isArray(found) && found.filter((r) => r.canonical)).toEqual([]);
    }
  });

  test('an address that is none stays, so that its writer can be told', () => {
    expect(recipientsOf(indexOf('To: <a@@x..y>\r\n\r\n'))).toMatchObject([{ canonical: false, bcc: false }]);
  });

  test('more than a person writes to are refused', () => {
    const list = (n: number) => Array.from({ length: n }, (_, i) => `u${i}@x.example`).join(', ');
    expect(recipientsOf(indexOf(`To: ${list(MAX_RECIPIENTS)}\r\n\r\n`))).toHaveLength(MAX_RECIPIENTS);
    expect(recipientsOf(indexOf(`To: ${list(MAX_RECIPIENTS + 1)}\r\n\r\n`))).toBe('too-many');
    expect(recipientsOf(indexOf(`To: ${'a@x.example, '.repeat(1500)}b@x.example\r\n\r\n`))).toBe('too-many');
  });
});

describe('what a reply is to its original (MS-ASEMAIL 2.2.2.43)', () => {
  const original = { from: [person('ann@x.example')], replyTo: [], to: [person('me@x.example')] };
  const verb = (to: string[], cc: string[] = [], over = {}) =>
    replyVerb(
      { ...original, ...over },
      { to: to.map((a) => person(a)), cc: cc.map((a) => person(a)) },
      'me@x.example',
    );

  test('a reply to those who asked for it, or one to others as well', () => {
    expect(verb(['Ann@x.example'])).toBe(1);
    expect(verb(['ann@x.example'], ['me@x.example'])).toBe(1);
    expect(verb(['ann@x.example', 'bob@x.example'])).toBe(2);
    expect(verb(['ann@x.example'], ['bob@x.example'])).toBe(2);
  });

  test('to all addresses of Reply-To is one (MSASEMAIL_S01_TC15)', () => {
    const replyTo = [person('ann@x.example'), person('cid@x.example')];
    expect(verb(['ann@x.example', 'cid@x.example'], [], { replyTo })).toBe(1);
    expect(verb(['ann@x.example', 'bob@x.example'], [], { replyTo })).toBe(2);
  });

  test('to what one sent oneself goes to the recipients of that', () => {
    const own = { from: [person('me@x.example')], to: [person('bob@x.example')] };
    expect(verb(['bob@x.example'], [], own)).toBe(1);
    expect(verb(['bob@x.example', 'ann@x.example'], [], own)).toBe(2);
  });
});

describe('fields that tie an answer to its parent', () => {
  const at = 1_700_000_100_000;
  const root = rootIndex(1_700_000_000_000);
  const parent = (header: string, conversationIndex = root) => ({
    index: indexOf(`${header}\r\n\r\n`),
    conversationIndex,
    threadId: 't1',
    topic: 'Plán',
  });
  const own = bytes('Subject: Re: s\r\n\r\nx');
  const read = (fields: string[]) => indexOf(`${fields.join('\r\n')}\r\n\r\n`);
  const threadIndexIn = (fields: string[]) =>
    read(fields).headers.find((h) => h.name === 'thread-index')?.value ?? '';

  test('name the parent and all before it, and carry the conversation on', async () => {
    const fields = await threadingFields(own, parent('Message-ID: <b@x>\r\nReferences: <r@x> <a@x>'), at);
    expect(read(fields)).toMatchObject({ inReplyTo: ['b@x'], references: ['r@x', 'a@x', 'b@x'] });
    expect(indexFromThreadIndex(threadIndexIn(fields))).toBe(replyIndex(root, at));
    expect(fields.at(-1)).toMatch(/^Thread-Topic: =\?utf-8\?B\?/);
  });

  test('keep the GUID of the conversation, or make the same one each time', async () => {
    const guid = Array.from({ length: 16 }, (_, i) => i);
    const header = btoa(String.fromCharCode(1, 1, 2, 3, 4, 5, ...guid, 9, 9, 9, 9, 9));
    const conversation = indexFromThreadIndex(header) ?? '';
    const fields = await threadingFields(own, parent(`Thread-Index: ${header}`, conversation), at);
    const made = atob(threadIndexIn(fields));
    expect(made).toHaveLength(22 + 10);
    expect(made.slice(0, 27)).toBe(atob(header));
    const [one, two] = await Promise.all(
      [0, 1].map(async (n) => atob(threadIndexIn(await threadingFields(own, parent(''), at + n * 60_000)))),
    );
    expect(one?.slice(6, 22)).toBe(two?.slice(6, 22));
    expect(
      indexFromThreadIndex(threadIndexIn(await threadingFields(own, parent('Thread-Index: !'), at))),
    ).toBe(replyIndex(root, at));
  });

  test('do not take the place of what its author wrote', async () => {
    const written = bytes(
      'in-reply-to: <z@x>\r\nReferences: <z@x>\r\nThread-Index: x\r\nThread-Topic: t\r\n\r\n',
    );
    expect(await threadingFields(written, parent('Message-ID: <b@x>'), at)).toEqual([]);
  });

  test('stay short in a conversation without end', async () => {
    const ids = Array.from({ length: 90 }, (_, i) => `<${i}@x>`).join(' ');
    const { references } = read(
      await threadingFields(own, parent(`Message-ID: <b@x>\r\nReferences: ${ids}`), at),
    );
    expect(references).toHaveLength(50);
    expect([references[0], references.at(-1)]).toEqual(['0@x', 'b@x']);
  });
});

describe('quotations', () => {
  const head = { from: [person('ann@x.example', 'Ann')], to: [], cc: [], subject: 'S <b>', date: null };

  test('leave out what is not known', () => {
    expect(quoteText('', 'x', { head, kind: 'forward' })).toBe(
      '\r\n\r\n-----Original Message-----\r\nFrom: Ann <ann@x.example>\r\nSubject: S <b>\r\n\r\nx',
    );
  });

  test('nothing of the head is markup, and a document that is cut stays readable', () => {
    expect(quoteHtml('mine', 'theirs', { head, kind: 'reply' })).toMatch(
      /^mine<hr>[\s\S]*S &lt;b&gt;<\/div>[\s\S]*<blockquote type="cite">\s+theirs\s+<\/blockquote>\s+$/,
    );
    const html = quoteHtml(
      '<BODY>mine</BODY >\r\n</HTML>',
      '<!doctype html><html><head><style>a</style></head>theirs',
      {
        head,
        kind: 'forward',
      },
    );
    expect(html.endsWith('</BODY >\r\n</HTML>')).toBe(true);
    expect(html).toContain('<style>a</style>\r\ntheirs');
    expect(html).not.toMatch(/doctype|<head/);
  });

  test('of hostile markup take no more than a moment', () => {
    const started = performance.now();
    for (const piece of ['<style>', '<body ', '</body', '<style></style>', '<html', '</head']) {
      quoteHtml(piece.repeat(100_000), piece.repeat(100_000), { head, kind: 'reply' });
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
