import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { el, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { AUDITED } from './audit.ts';
import { COMMANDS } from './command-table.ts';

function read(node: WbxmlNode): WbxmlElement {
  const nodes = node.content.filter((part): part is WbxmlNode => typeof part === 'object' && 'tag' in part);
  const text = node.content.filter((part) => typeof part === 'string').join('');
  return { tag: node.tag, children: nodes.map(read), text };
}

const collection = (...parts: WbxmlNode[]) =>
  el('AirSync:Sync', el('AirSync:Collections', el('AirSync:Collection', ...parts)));
const id = el('AirSync:CollectionId', 'f1');

/** A request of each command that is one or more events, and which. */
const CASES: Record<string, [asked: WbxmlNode, events: string[]]> = {
  Sync: [
    collection(id, el('AirSync:Commands', el('AirSync:Add'), el('AirSync:Delete'), el('AirSync:Delete'))),
    ['item.change folder/f1 {"adds":1,"changes":0,"deletes":2}'],
  ],
  Find: [el('Find:Find'), ['item.search (mailbox) hourly']],
  FolderSync: [el('FolderHierarchy:FolderSync'), ['folder.list (mailbox) hourly']],
  FolderCreate: [el('FolderHierarchy:FolderCreate'), ['folder.create (mailbox)']],
  FolderDelete: [
    el('FolderHierarchy:FolderDelete', el('FolderHierarchy:ServerId', 'f2')),
    ['folder.delete folder/f2'],
  ],
  FolderUpdate: [
    el('FolderHierarchy:FolderUpdate', el('FolderHierarchy:ServerId', 'f2')),
    ['folder.change folder/f2'],
  ],
  MeetingResponse: [
    el('MeetingResponse:MeetingResponse', el('MeetingResponse:Request')),
    ['meeting.respond (mailbox) {"items":1}'],
  ],
  MoveItems: [el('Move:MoveItems', el('Move:Move'), el('Move:Move')), ['item.move (mailbox) {"items":2}']],
  GetAttachment: [el('x:x'), ['attachment.read (mailbox) hourly']],
  GetHierarchy: [el('x:x'), ['folder.list (mailbox) hourly']],
  ItemOperations: [
    el(
      'ItemOperations:ItemOperations',
      el('ItemOperations:Fetch'),
      el('ItemOperations:EmptyFolderContents', el('AirSync:CollectionId', 'f3')),
      el('ItemOperations:Move'),
    ),
    ['item.read (mailbox) hourly', 'folder.empty folder/f3', 'item.move (mailbox) {"conversation":true}'],
  ],
  Provision: [el('Provision:Provision'), ['device.provision (mailbox) hourly']],
  ResolveRecipients: [el('x:x'), ['directory.read (mailbox) hourly']],
  Search: [el('x:x'), ['item.search (mailbox) hourly']],
  SendMail: [el('x:x'), ['mail.send (mailbox)']],
  Settings: [
    el(
      'Settings:Settings',
      el('Settings:Oof', el('Settings:Set')),
      el('Settings:UserInformation', el('Settings:Get')),
    ),
    ['settings.change (mailbox) {"setting":"Oof"}'],
  ],
  SmartForward: [el('x:x'), ['mail.send (mailbox)']],
  SmartReply: [el('x:x'), ['mail.send (mailbox)']],
};

describe('commands in the audit log', () => {
  it('each command that there is has its decision', () => {
    expect(Object.keys(AUDITED).sort()).toEqual([...COMMANDS.keys()].sort());
    const silent = Object.keys(AUDITED).filter((name) => typeof AUDITED[name] === 'string');
    expect(silent.sort()).toEqual(['GetItemEstimate', 'Ping', 'ValidateCert']);
    expect([...Object.keys(CASES), ...silent].sort()).toEqual([...COMMANDS.keys()].sort());
  });

  it.each(Object.entries(CASES))('%s', (name, [asked, expected]) => {
    const decision = AUDITED[name];
    if (typeof decision !== 'function') throw new Error('no decision');
    const told = decision(read(asked), null).map(({ action, resource, once, details }) =>
      [
        action,
        resource ?? '(mailbox)',
        ...(once ? ['hourly'] : []),
        ...(details ? [JSON.stringify(details)] : []),
      ].join(' '),
    );
    expect(told).toEqual(expected);
  });

  it('docs/audit.md has the same table', () => {
    const docs = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8').split('\n');
    for (const name of COMMANDS.keys()) {
      const row = docs.find((line) => line.startsWith(`| ${name} |`)) ?? '';
      for (const event of CASES[name]?.[1] ?? []) {
        expect(row).toContain(`\`${event.split(' ')[0]}\``);
        expect(row).toContain(event.endsWith(' hourly') ? 'once an hour' : 'each');
      }
      if (typeof AUDITED[name] === 'string') expect(row).toBe(`| ${name} | none | ${AUDITED[name]} |`);
    }
  });

  it('Sync is read by what it answers: a folder without news is no event', () => {
    const sync = AUDITED['Sync'];
    if (typeof sync !== 'function') throw new Error('no decision');
    const asked = read(collection(id));
    expect(sync(asked, collection(el('AirSync:SyncKey', '2'), id, el('AirSync:Status', 1)))).toEqual([]);
    expect(sync(null, null)).toEqual([]);
    for (const list of [
      el('AirSync:Commands', el('AirSync:Add')),
      el('AirSync:Commands', el('AirSync:Change')),
      el('AirSync:Responses', el('AirSync:Fetch')),
    ]) {
      expect(sync(asked, collection(id, list))).toEqual([
        { action: 'item.read', resource: 'folder/f1', once: 'hour' },
      ]);
    }
    expect(sync(asked, collection(id, el('AirSync:Commands', el('AirSync:Delete'))))).toEqual([]);
  });
});
