import { describe, expect, test } from 'vitest';
import { uniqueHtml, uniqueText } from './unique-part.ts';

describe('the part of a text that its author wrote', () => {
  test.each([
    ['a quotation after the answer', 'Yes.\n\nOn Monday, Ann wrote:\n> Shall we?\n>\n> Ann\n', 'Yes.'],
    [
      'an introduction on two lines',
      'Yes.\n\nOn Mon, 1 Jan 2026 at 10:00, Ann <ann@x.example>\nwrote:\n> Shall we?',
      'Yes.',
    ],
    ['a German introduction', 'Ja.\r\n\r\nAm 1.1.26 schrieb Ann:\r\n> Wollen wir?\r\n', 'Ja.'],
    ['a quotation without introduction', 'Yes.\n> Shall we?', 'Yes.'],
    ['a separator', 'Yes.\n\n-----Original Message-----\nFrom: Ann\n\nShall we?', 'Yes.'],
    ['a separator in German', 'Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Ann\n\nWollen wir?', 'Ja.'],
    [
      'the header block of Outlook',
      'Yes.\n\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: Plan\n\nShall we?',
      'Yes.',
    ],
    [
      'a rule before the header block',
      'Yes.\n\n________________________________\nFrom: Ann <a@x>\nShall we?',
      'Yes.',
    ],
  ])('ends before %s', (_name, text, own) => {
    expect(uniqueText(text).trimEnd()).toBe(own);
  });

  test.each([
    ['nothing is quoted', 'Yes.\n\nRegards: Bob\n'],
    ['answers stand between the lines', '> Shall we?\nYes.\n> When?\nNow.\n'],
    ['there is nothing but a quotation', 'On Monday, Ann wrote:\n> Shall we?\n'],
    ['it is empty', ''],
    ['a line only looks like a header', 'From: here\nto there it is a mile.\n'],
  ])('is all of it when %s', (_name, text) => {
    expect(uniqueText(text)).toBe(text);
  });
});

describe('the part of an HTML body that its author wrote', () => {
  test.each([
    [
      'Gmail',
      '<div>Yes</div><div class="gmail_quote"><blockquote>Shall we?</blockquote></div>',
      '<div>Yes</div>',
    ],
    [
      'Outlook for the web',
      '<html><body><p>Yes</p><div id="appendonsend"></div><div id="divRplyFwdMsg">x</div></body></html>',
      '<html><body><p>Yes</p></body></html>',
    ],
    [
      'Thunderbird',
      '<p>Yes</p><div class="moz-cite-prefix">Ann wrote:</div><blockquote type="cite">x</blockquote>',
      '<p>Yes</p>',
    ],
    [
      'Apple Mail',
      '<div>Yes</div><blockquote type="cite"><div>Shall we?</div></blockquote>',
      '<div>Yes</div>',
    ],
    [
      'Outlook',
      "<body><p>Yes</p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>From:</b> Ann</p></div></body>",
      '<body><p>Yes</p></body>',
    ],
    ['a separator in words', '<p>Yes</p>-----Original Message-----<br>From: Ann', '<p>Yes</p>'],
  ])('ends before what %s quotes', (_name, html, own) => {
    expect(uniqueHtml(html)).toBe(own);
  });

  test.each([
    ['nothing is quoted', '<p>Yes</p>'],
    [
      'there is nothing but the quotation',
      '<html><body><p>&nbsp;</p><div class="gmail_quote">x</div></body></html>',
    ],
  ])('is all of it when %s', (_name, html) => {
    expect(uniqueHtml(html)).toBe(html);
  });

  test('is found in bounded time in hostile HTML', () => {
    const start = performance.now();
    for (const piece of [
      '<div ',
      '<div class="',
      '<blockquote',
      '<div style="border-top:solid #E1E1E1 ',
      '--- ',
      '<p>',
    ]) {
      uniqueHtml(piece.repeat(Math.ceil(400_000 / piece.length)));
    }
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
