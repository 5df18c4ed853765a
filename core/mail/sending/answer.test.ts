import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePartStream, decodeTextPart, MimeIndexer } from '../../../codecs/mime/index.ts';
import type { IndexedRaw } from '../content.ts';
import { answer } from './answer.ts';

const latin1 = (bytes: Uint8Array) => Array.from(bytes, (b) => String.fromCharCode(b)).join('');
const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

function indexed(raw: Uint8Array | string): IndexedRaw {
  const whole = typeof raw === 'string' ? bytes(raw.replace(/\r?\n/g, '\r\n')) : raw;
  const indexer = new MimeIndexer();
  indexer.write(whole);
  return { raw: whole, index: indexer.end() };
}

const fixture = (name: string) =>
  indexed(readFileSync(new URL(`../../../test/fixtures/mime/${name}.eml`, import.meta.url)));

async function contentOf({ raw, index }: IndexedRaw, at: number): Promise<string> {
  const part = index.parts[at];
  if (part === undefined) throw new Error('no such part');
  const stream = new Blob([raw.slice(part.bodyStart, part.bodyEnd)]).stream();
  return latin1(new Uint8Array(await new Response(decodePartStream(stream, part.encoding)).arrayBuffer()));
}

const filesOf = async (message: IndexedRaw) =>
  Promise.all(
    message.index.attachments.map(async (at) => {
      const part = message.index.parts[at];
      return [part?.mediaType, part?.name, part?.contentId, await contentOf(message, at)];
    }),
  );

function bodyOf({ raw, index }: IndexedRaw, which: 'bodyText' | 'bodyHtml'): string | null {
  const part = index.parts[index[which] ?? -1];
  return part === undefined
    ? null
    : decodeTextPart(raw.subarray(part.bodyStart, part.bodyEnd), part, { unwrap: false }).text;
}

const OWN = indexed(
  'From: me@x.example\nTo: you@x.example\nSubject: FW: it\nContent-Class: urn:content-classes:message\nContent-Type: text/plain; charset=us-ascii\n\nSee below.\n',
);
const OWN_HTML = indexed(
  'From: me@x.example\nTo: you@x.example\nSubject: FW: it\nContent-Type: text/html; charset=utf-8\n\n<html><body><p>See below.</p></body></html>\n',
);
const ORIGINAL = indexed(
  'From: Ann <ann@x.example>\nTo: me@x.example\nCc: c@x.example\nSubject: it\nDate: Sat, 21 Nov 2026 10:00:00 +0000\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\nCaf\xe9 one\n> two\n\n',
);

describe('a reply', () => {
  test('has the facts of the original and its lines marked below what was written', () => {
    const reply = indexed(answer(OWN, ORIGINAL, 'reply'));
    expect(bodyOf(reply, 'bodyText')).toBe(
      'See below.\r\n\r\n-----Original Message-----\r\nFrom: Ann <ann@x.example>\r\nSent: Sat, 21 Nov 2026 10:00:00 GMT\r\nTo: me@x.example\r\nCc: c@x.example\r\nSubject: it\r\n\r\n> Café one\r\n>> two\r\n\r\n',
    );
    expect(reply.index.headers.map((h) => h.name)).toContain('content-class');
    expect(reply.index).toMatchObject({ subject: 'FW: it', degraded: [] });
    expect(reply.index.parts).toHaveLength(1);
  });

  test('in HTML holds it as a citation inside of the document, text made into HTML', () => {
    const html = bodyOf(indexed(answer(OWN_HTML, ORIGINAL, 'reply')), 'bodyHtml') ?? '';
    expect(html).toMatch(/^<html><body><p>See below\.<\/p><hr>/);
    expect(html).toContain('<b>From:</b> Ann &lt;ann@x.example&gt;<br>');
    expect(html).toMatch(/<blockquote type="cite">\s+Café one<br>\s+&gt; two/);
    expect(html.trimEnd()).toMatch(/<\/blockquote>\s+<\/body><\/html>$/);
  });

  test('keeps the files of its author, and of the original those that its quotation shows', async () => {
    const original = fixture('newsletter');
    const inline = (await filesOf(original)).filter(
      (_, i) => original.index.parts[original.index.attachments[i] ?? -1]?.isInline,
    );
    expect(inline.length).toBeGreaterThan(0);
    const reply = indexed(answer(OWN_HTML, original, 'reply'));
    expect(await filesOf(reply)).toEqual(inline);
    expect(await filesOf(indexed(answer(OWN, original, 'reply')))).toEqual([]);
    const own = indexed(
      'Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nAAEC\n--b--\n',
    );
    expect(await filesOf(indexed(answer(own, ORIGINAL, 'reply')))).toEqual([
      ['application/pdf', 'a.pdf', null, '\0\x01\x02'],
    ]);
  });

  test('keeps both forms of the body where its author wrote both', () => {
    const own = indexed(
      'Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nmine\n--b\nContent-Type: text/html\n\n<p>mine\n--b--\n',
    );
    const reply = indexed(answer(own, ORIGINAL, 'reply'));
    expect(bodyOf(reply, 'bodyText')).toContain('> Café one');
    expect(bodyOf(reply, 'bodyHtml')).toContain('Café one');
  });

  test('of an HTML message in plain text holds its words', () => {
    const original = indexed(
      'Subject: h\nContent-Type: text/html\n\n<style>p{color:red}</style><p>One</p><p>Two</p>',
    );
    const text = bodyOf(indexed(answer(OWN, original, 'reply')), 'bodyText') ?? '';
    expect(text).toMatch(/> One\r\n(?:> ?\r\n)?> Two/);
    expect(text).not.toContain('color');
  });

  test('that its author signed or encrypted goes out as it was written', () => {
    for (const type of [
      'application/pkcs7-mime; smime-type=enveloped-data',
      'multipart/signed; boundary=b',
      'multipart/encrypted; boundary=b',
    ]) {
      const own = indexed(`Subject: s\nContent-Type: ${type}\n\n--b\n\nx\n--b--\n`);
      expect(answer(own, ORIGINAL, 'reply')).toBe(own.raw);
    }
  });
});

describe('a forward', () => {
  test('has the original as it was, below its facts', () => {
    const text = bodyOf(indexed(answer(OWN, ORIGINAL, 'forward')), 'bodyText') ?? '';
    expect(text).toMatch(/^See below\.\r\n\r\n-----Original Message-----\r\n/);
    expect(text.endsWith('\r\n\r\nCafé one\r\n> two\r\n\r\n')).toBe(true);
  });

  test('keeps the styles and the images of an HTML original where they belong', async () => {
    const original = fixture('newsletter');
    const forward = indexed(answer(OWN_HTML, original, 'forward'));
    expect(await filesOf(forward)).toEqual(await filesOf(original));
    expect(forward.index.parts.some((p) => p.mediaType === 'multipart/related')).toBe(true);
    const styled = indexed(
      'Content-Type: text/html\n\n<html><head><title>t</title><style>b{}</style></head><body bgcolor=x>In</body></html>',
    );
    const html = bodyOf(indexed(answer(OWN_HTML, styled, 'forward')), 'bodyHtml') ?? '';
    expect(html).toContain('<style>b{}</style>\r\nIn');
    expect(html.match(/<body/g)).toHaveLength(1);
    expect(html).not.toContain('<title>');
  });

  test('of an invitation is an invitation still', async () => {
    const original = fixture('invitation');
    const forward = indexed(answer(OWN, original, 'forward'));
    expect(forward.index.bodyCalendar).not.toBeNull();
    expect(await contentOf(forward, forward.index.bodyCalendar ?? -1)).toBe(
      await contentOf(original, original.index.bodyCalendar ?? -1),
    );
  });

  test('of a signed message has it attached whole, byte for byte', async () => {
    const original = fixture('signed');
    const forward = indexed(answer(OWN, original, 'forward'));
    expect(bodyOf(forward, 'bodyText')).toBe('See below.\r\n');
    const [file] = await filesOf(forward);
    expect(file?.[0]).toBe('message/rfc822');
    expect(file?.[3]).toBe(latin1(original.raw));
  });

  test('that its author signed stays signed, with the original beside it', () => {
    const own = indexed(
      'Subject: s\nContent-Type: multipart/signed; boundary=b;\n protocol="application/pkcs7-signature"\n\n--b\nContent-Type: text/plain\n\nx\n--b\nContent-Type: application/pkcs7-signature\n\nAAAA\n--b--\n',
    );
    const forward = indexed(answer(own, ORIGINAL, 'forward'));
    expect(forward.index.parts.slice(0, 2).map((p) => p.mediaType)).toEqual([
      'multipart/mixed',
      'multipart/signed',
    ]);
    expect(latin1(forward.raw)).toContain(latin1(own.raw.subarray(own.index.parts[0]?.bodyStart)).trimEnd());
    expect(latin1(forward.raw)).toContain('Caf\xe9 one');
    const sealed = indexed('Subject: s\nContent-Type: application/pkcs7-mime\n\nAAAA\n');
    expect(answer(sealed, ORIGINAL, 'forward')).toBe(sealed.raw);
  });

  test('of mail that nothing can be told of has its text all the same', () => {
    for (const raw of [
      '',
      '\xff\xfe',
      'no header at all\nmore',
      'Content-Type: multipart/mixed; boundary=x\n\nnothing',
    ]) {
      const forward = indexed(answer(OWN, indexed(raw), 'forward'));
      expect(bodyOf(forward, 'bodyText')).toContain('See below.');
      expect(forward.index.degraded).toEqual([]);
    }
    expect(latin1(answer(OWN, fixture('broken'), 'forward'))).toContain('See below.');
  });

  test('holds every file of the original with the same content, however it was encoded', async () => {
    const file = fc.record({
      encoding: fc.constantFrom('base64', 'quoted-printable', '8bit', 'binary', '7bit'),
      content: fc.uint8Array({ maxLength: 300 }),
      lf: fc.boolean(),
      inline: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 5 }), fc.boolean(), async (files, html) => {
        const parts = files.map(({ encoding, content, lf, inline }, n) => {
          const encoded =
            encoding === 'base64'
              ? btoa(latin1(content)).replace(/.{60}/g, lf ? '$&\n' : '$&\r\n')
              : encoding === 'quoted-printable'
                ? Array.from(content, (b) => `=${b.toString(16).toUpperCase().padStart(2, '0')}=\n`).join('')
                : latin1(content);
          const id = inline ? `Content-ID: <f${n}@x>\r\n` : '';
          return `--bnd\r\nContent-Type: image/png; name="f${n}.png"\r\n${id}Content-Disposition: ${inline ? 'inline' : 'attachment'}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${encoded}\r\n`;
        });
        const shown = files.map((_, n) => `<img src="cid:f${n}@x">`).join('');
        const original = indexed(
          bytes(
            `Subject: s\r\nContent-Type: multipart/mixed; boundary=bnd\r\n\r\n--bnd\r\nContent-Type: text/html\r\n\r\n${shown}\r\n${parts.join('')}--bnd--\r\n`,
          ),
        );
        const forward = indexed(answer(html ? OWN_HTML : OWN, original, 'forward'));
        const sorted = async (m: IndexedRaw) => (await filesOf(m)).map((f) => JSON.stringify(f)).sort();
        expect(await sorted(forward)).toEqual(await sorted(original));
        expect(latin1(forward.raw)).not.toMatch(/(?<!\r)\n|\r(?!\n)/);
      }),
      { numRuns: 150 },
    );
  });
});
