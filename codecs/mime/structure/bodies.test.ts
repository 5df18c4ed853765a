import { describe, expect, it } from 'vitest';
import { readMessage } from '../read-message.ts';
import { mail } from '../testing.ts';

let boundaries = 0;

function multipart(type: string, ...children: string[][]): string[] {
  const boundary = `b${boundaries++}`;
  const [subtype = '', ...parameters] = type.split(';');
  const head = [
    'Content-Type: multipart/',
    subtype,
    `; boundary=${boundary}`,
    ...parameters.map((p) => `;${p}`),
  ].join('');
  return [head, '', ...children.flatMap((child) => [`--${boundary}`, ...child]), `--${boundary}--`];
}

function leaf(type: string, content: string, ...fields: string[]): string[] {
  return [`Content-Type: ${type}`, ...fields, '', content];
}

const ATTACHED = 'Content-Disposition: attachment';
const plain = (content: string, ...fields: string[]) => leaf('text/plain', content, ...fields);
const html = (content: string, ...fields: string[]) => leaf('text/html', content, ...fields);

function choice(lines: string[]) {
  const { index, text, html: markup } = readMessage(mail(...lines));
  return {
    text,
    html: markup,
    attachments: index.attachments.map((at) => `${index.parts[at]?.path} ${index.parts[at]?.mediaType}`),
  };
}

describe('the bodies of a message', () => {
  it('are the plain text and the HTML of an alternative', () => {
    expect(choice(multipart('alternative', plain('p'), html('h')))).toEqual({
      text: 'p',
      html: 'h',
      attachments: [],
    });
  });

  it('are found inside related and mixed, whose other parts are attachments', () => {
    const related = multipart('related', html('h'), leaf('image/png', 'x', 'Content-ID: <i@x>'));
    const lines = multipart(
      'mixed',
      multipart('alternative', plain('p'), related),
      leaf('application/pdf', 'x'),
    );
    expect(choice(lines)).toEqual({
      text: 'p',
      html: 'h',
      attachments: ['1.2.2 image/png', '2 application/pdf'],
    });
  });

  it('are the root of a related that names it', () => {
    const lines = multipart('related; start="<r@x>"', leaf('image/png', 'x'), html('h', 'Content-ID: <r@x>'));
    expect(choice(lines)).toEqual({ text: null, html: 'h', attachments: ['1 image/png'] });
  });

  it('are the first text of a mixed; further texts are attachments, so that nothing hides behind the HTML', () => {
    expect(choice(multipart('mixed', plain('p'), html('h'), plain('footer')))).toEqual({
      text: 'p',
      html: null,
      attachments: ['2 text/html', '3 text/plain'],
    });
    const list = multipart('mixed', multipart('alternative', plain('p'), html('h')), plain('footer'));
    expect(choice(list)).toEqual({ text: 'p', html: 'h', attachments: ['2 text/plain'] });
  });

  it('are not attached texts, nor named ones while there is another', () => {
    expect(choice(multipart('mixed', plain('a', ATTACHED), plain('p')))).toMatchObject({
      text: 'p',
      attachments: ['1 text/plain'],
    });
    expect(choice(multipart('mixed', leaf('text/plain; name=log.txt', 'log'), plain('p')))).toMatchObject({
      text: 'p',
    });
    expect(choice(multipart('mixed', leaf('text/plain; name=log.txt', 'log')))).toMatchObject({
      text: 'log',
    });
    expect(choice(plain('a', ATTACHED))).toEqual({ text: null, html: null, attachments: ['1 text/plain'] });
  });

  it('are not empty texts while there is another', () => {
    expect(choice(multipart('alternative', plain(' '), html('h')))).toEqual({
      text: null,
      html: 'h',
      attachments: [],
    });
    expect(choice(multipart('mixed', plain(''), leaf('image/png', 'x'), plain('p'), plain('\t')))).toEqual({
      text: 'p',
      html: null,
      attachments: ['2 image/png'],
    });
    expect(choice(multipart('mixed', plain('')))).toEqual({ text: '', html: null, attachments: [] });
  });

  it('are the signed part; its signature is an attachment', () => {
    const lines = multipart('signed', plain('p'), leaf('application/pgp-signature', 's'));
    expect(choice(lines)).toEqual({ text: 'p', html: null, attachments: ['2 application/pgp-signature'] });
  });

  it('are the human part of a report', () => {
    const lines = multipart(
      'report',
      plain('p'),
      leaf('message/delivery-status', 's'),
      leaf('text/rfc822-headers', 'h'),
    );
    expect(choice(lines)).toEqual({
      text: 'p',
      html: null,
      attachments: ['2 message/delivery-status', '3 text/rfc822-headers'],
    });
  });

  it('have a calendar beside them when it is one of the alternatives, else it is an attachment', () => {
    const calendar = leaf('text/calendar; method=REQUEST', 'BEGIN:VCALENDAR');
    const raw = mail(...multipart('alternative', plain('p'), html('h'), calendar));
    const { index } = readMessage(raw);
    expect(index.parts[index.bodyCalendar ?? -1]).toMatchObject({ path: '3', params: { method: 'REQUEST' } });
    expect(index.attachments).toEqual([]);
    expect(choice(multipart('mixed', plain('p'), calendar))).toMatchObject({
      attachments: ['2 text/calendar'],
    });
    expect(choice(calendar)).toEqual({ text: null, html: null, attachments: ['1 text/calendar'] });
  });

  it('hide other renderings of themselves, unless there is no better one', () => {
    const amp = leaf('text/x-amp-html', '<html amp4email>');
    expect(choice(multipart('alternative', plain('p'), amp, html('h')))).toEqual({
      text: 'p',
      html: 'h',
      attachments: [],
    });
    expect(choice(multipart('alternative', leaf('text/enriched', 'e')))).toMatchObject({ text: 'e' });
  });

  it('can be text of a kind nobody knows', () => {
    expect(choice(leaf('text/x-strange', 't'))).toMatchObject({ text: 't', attachments: [] });
  });

  it('do not exist in a message that is a file', () => {
    expect(choice(leaf('application/pdf', 'x'))).toEqual({
      text: null,
      html: null,
      attachments: ['1 application/pdf'],
    });
    expect(choice(leaf('message/rfc822', 'Subject: x'))).toMatchObject({ attachments: ['1 message/rfc822'] });
  });
});

describe('an attachment', () => {
  function inline(type: string, ...fields: string[]): boolean[] {
    const { index } = readMessage(mail(...multipart(type, html('h'), leaf('image/png', 'x', ...fields))));
    return index.attachments.map((at) => index.parts[at]?.isInline === true);
  }

  it('is inline when the HTML can name it and it was not sent as an attachment', () => {
    expect(inline('related', 'Content-ID: <i@x>')).toEqual([true]);
    expect(inline('related', 'Content-Location: http://x/i.png')).toEqual([true]);
    expect(inline('mixed', 'Content-ID: <i@x>', 'Content-Disposition: inline')).toEqual([true]);
    expect(inline('related', 'Content-ID: <i@x>', ATTACHED)).toEqual([false]);
    expect(inline('mixed', 'Content-ID: <i@x>')).toEqual([false]);
    expect(inline('related')).toEqual([false]);
  });
});
