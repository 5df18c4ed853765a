import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AUDITED } from './audit.ts';
import { OPERATIONS } from './operations/index.ts';

const asked = (attributes: Record<string, string> = {}, child?: string) => ({
  ...{ name: 'Operation', namespace: '', attributes, text: '' },
  children:
    child === undefined ? [] : [{ name: child, namespace: '', attributes: {}, text: '', children: [] }],
});

function decided(name: string, request = asked()): string {
  const decision = AUDITED[name];
  if (decision === undefined || typeof decision === 'string') return 'none';
  const { action, once } = typeof decision === 'function' ? decision(request as never) : decision;
  return once === undefined ? action : `${action} hourly`;
}

/** Of what only looks; an operation that is not here changes something. */
const LOOKS = /^(Get|Find|Sync|Resolve|Expand|Convert|Subscribe$|Unsubscribe$)/;

describe('operations in the audit log', () => {
  it('each operation that there is has its decision', () => {
    expect(Object.keys(AUDITED).sort()).toEqual([...OPERATIONS.keys()].sort());
  });

  it('what changes something is noted each time, what looks at most once an hour', () => {
    for (const name of OPERATIONS.keys()) {
      const said = decided(name);
      if (LOOKS.test(name)) expect(`${name} ${said}`).toMatch(/ none$| hourly$/);
      else expect(`${name} ${said}`).not.toMatch(/ none$| hourly$/);
    }
  });

  it('docs/audit.md has the same table', () => {
    const docs = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8').split('\n');
    for (const name of OPERATIONS.keys()) {
      const row = docs.find((line) => line.startsWith(`| ${name} |`)) ?? '';
      for (const request of [asked(), asked({ MessageDisposition: 'SendOnly' }, 'PushSubscriptionRequest')]) {
        const [action = '', hourly] = decided(name, request).split(' ');
        expect(row).toContain(action === 'none' ? '| none |' : `\`${action}\``);
        expect(row).toContain(action === 'none' ? '' : hourly === undefined ? 'each' : 'once an hour');
      }
    }
  });

  it('what reads items, folders or attachments is never left out', () => {
    for (const name of [
      'GetItem',
      'GetAttachment',
      'GetConversationItems',
      'FindItem',
      'SyncFolderItems',
      'GetFolder',
    ]) {
      expect(decided(name)).toMatch(/^(item|attachment|folder)\..* hourly$/);
    }
    expect(decided('ExportItems')).toBe('item.export');
    expect(decided('UploadItems')).toBe('item.import');
  });

  it('a message that is saved and sent is one that is sent; a push subscription is always noted', () => {
    expect(decided('CreateItem', asked({ MessageDisposition: 'SaveOnly' }))).toBe('item.create');
    expect(decided('CreateItem', asked({ MessageDisposition: 'SendAndSaveCopy' }))).toBe('mail.send');
    expect(decided('UpdateItem', asked({ MessageDisposition: 'SendOnly' }))).toBe('mail.send');
    expect(decided('Subscribe', asked({}, 'PullSubscriptionRequest'))).toBe('mailbox.watch hourly');
    expect(decided('Subscribe', asked({}, 'PushSubscriptionRequest'))).toBe('mailbox.push');
  });
});
