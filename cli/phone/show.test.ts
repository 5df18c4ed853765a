import { describe, expect, it } from 'vitest';
import type { Email } from '../activesync-client/index.ts';
import { createOutput } from '../output.ts';
import { personOf, previewOf, showFolders, showMessage } from './show.ts';

const MAIL: Email = {
  from: '"Zoë Ünal" <zoe@sender.example>',
  to: '',
  cc: '',
  subject: 'Hello',
  dateReceived: new Date(2026, 0, 5, 9, 7),
  read: false,
  flagStatus: 0,
  importance: 1,
  messageClass: 'IPM.Note',
  conversationId: '',
  body: null,
  attachments: [],
  categories: [],
};

function shown(show: (out: ReturnType<typeof createOutput>) => void): string[] {
  let text = '';
  const out = { write: (t: string) => (text += t) };
  show(createOutput(false, { out, err: out }));
  return text.split('\n').slice(0, -1);
}

describe('a sender', () => {
  it.each([
    ['"Zoë Ünal" <zoe@sender.example>', 'Zoë Ünal'],
    ['Zoe <zoe@sender.example>', 'Zoe'],
    ['<zoe@sender.example>', 'zoe@sender.example'],
    ['zoe@sender.example', 'zoe@sender.example'],
    ['', ''],
  ])('is shown by name if there is one: %s', (field, name) => {
    expect(personOf(field)).toBe(name);
  });
});

describe('a preview', () => {
  const body = {
    type: 1,
    estimatedDataSize: 1,
    truncated: false,
    data: Buffer.from('Grüße'),
    part: null,
    preview: null,
  };

  it('is what the server made of it, or else the text', () => {
    expect(previewOf(MAIL)).toBe('');
    expect(previewOf({ ...MAIL, body })).toBe('Grüße');
    expect(previewOf({ ...MAIL, body: { ...body, preview: 'short' } })).toBe('short');
    expect(previewOf({ ...MAIL, body: { ...body, type: 2 } })).toBe('');
  });
});

describe('a message on the terminal', () => {
  it('is one line with a mark when it is unread', () => {
    expect(shown((out) => showMessage(out, MAIL, 80))).toEqual([
      '* 2026-01-05 09:07  Zoë Ünal                  Hello',
    ]);
    expect(shown((out) => showMessage(out, { ...MAIL, read: true }, 80))[0]).toMatch(/^ {2}2026/);
  });

  it('has lines for its preview and its files, but not for inline images', () => {
    const file = { fileReference: 'f', method: 1, size: 1200, contentId: null, isInline: false };
    const attachments = [
      { ...file, displayName: 'a.pdf' },
      { ...file, displayName: 'logo.png', isInline: true },
    ];
    const body = {
      type: 1,
      estimatedDataSize: 1,
      truncated: false,
      data: null,
      part: null,
      preview: 'one\r\ntwo',
    };
    expect(shown((out) => showMessage(out, { ...MAIL, attachments, body }, 80)).slice(1)).toEqual([
      `${' '.repeat(20)}one two`,
      `${' '.repeat(20)}+ a.pdf (1.2 kB)`,
    ]);
  });

  it('says so when sender and subject are missing, and shows no escape sequence of theirs', () => {
    const [line] = shown((out) =>
      showMessage(out, { ...MAIL, from: '', subject: '', dateReceived: null }, 80),
    );
    expect(line).toMatch(/\(no sender\) +\(no subject\)$/);
    const [evil] = shown((out) => showMessage(out, { ...MAIL, subject: '\u001b[2J\u001b]0;x\u0007bad' }, 80));
    expect(evil).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('a folder list', () => {
  it('indents children below their parents', () => {
    const folders = [
      { serverId: '2', parentId: '1', displayName: 'Bills', type: 12 },
      { serverId: '1', parentId: '0', displayName: 'Inbox', type: 2 },
    ];
    expect(shown((out) => showFolders(out, folders))).toEqual([
      'FOLDER   KIND         ID',
      'Inbox    Inbox        1',
      '  Bills  mail folder  2',
    ]);
  });
});
