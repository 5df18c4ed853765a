import { describe, expect, test } from 'vitest';
import { checkScope, UnscopedStatementError } from '../support/scope-guard.ts';

const allowed: [string, unknown[]][] = [
  [
    'select "mailbox_id" from "objects" where ("objects"."tenant_id" = ? and ("objects"."remind_at" is not null and "objects"."remind_at" <= ?))',
    ['t', 5],
  ],
  ['select mailbox_id from objects where tenant_id = ? and to_announce = 1', ['t']],
  ['select item_id from items where tenant_id = ? and mailbox_id = ? and folder_id = ?', ['t', 'm', 'f']],
  [
    'select "i"."item_id" from "mail_state"."items" as "i" where ("i"."tenant_id" = $1 and "i"."mailbox_id" = $2)',
    ['t', 'm'],
  ],
  ['select * from items where (tenant_id = ? and mailbox_id = ?) and (is_read = 1 or size > 5)', ['t', 'm']],
  [
    'select * from items where (tenant_id = ? and mailbox_id = ? and is_read = 1) or (tenant_id = ? and mailbox_id = ? and size > 5)',
    ['t', 'm', 't', 'm'],
  ],
  [
    'select 1 from items join messages on messages.tenant_id = ? and messages.mailbox_id = ? and messages.item_id = items.item_id where items.tenant_id = ? and items.mailbox_id = ?',
    ['t', 'm', 't', 'm'],
  ],
  [
    'insert into items (tenant_id, mailbox_id, item_id) values (?, ?, ?) on conflict do nothing',
    ['t', 'm', 'i'],
  ],
  ['update folders set display_name = ? where tenant_id = ? and mailbox_id = ?', ['n', 't', 'm']],
  ['delete from tombstones where mailbox_id = ? and tenant_id = ?', ['m', 't']],
  ['select * from users where address = ?', ['a']],
  ['select * from users where address in (select value from json_each(?))', ['[]']],
  ['select * from credentials where user_id in (select user_id from users where address = ?)', ['a']],
  ['select * from tenants', []],
  ['select * from dead_letters where dead_letter_id = ?', ['d']],
  ['select * from domains where tenant_id = ?', ['t']],
  ['select 1', []],
  [
    'select documents.item_id from document_text cross join documents where documents.tenant_id = ? and documents.mailbox_id = ? and document_text match ? and document_text.rowid = documents.document_id',
    ['t', 'm', 'x'],
  ],
  [
    'delete from document_text where document_text.rowid in (select documents.document_id from documents where documents.tenant_id = ? and documents.mailbox_id = ?)',
    ['t', 'm'],
  ],
  ['select count(*), sum(size_bytes) from mailboxes where tenant_id = ?', ['t']],
];

const refused: [string, unknown[]][] = [
  ['select mailbox_id from objects where remind_at is not null', []],
  ['select mailbox_id from objects where tenant_id = ? and (to_announce = 1 or uid = ?)', ['t', 'u']],
  ['select to_announce from objects where tenant_id = ?', ['t']],
  ['update objects set remind_at = null where tenant_id = ? and remind_at <= ?', ['t', 5]],
  ['delete from objects where tenant_id = ? and to_announce = 1', ['t']],
  ['select rowid from document_text where document_text match ?', ['x']],
  ['delete from document_text where rowid = ?', [1]],
  ['delete from document_text where rowid in (select document_id from documents)', []],
  [
    'select 1 from document_text cross join documents where document_text match ? and document_text.rowid = documents.document_id',
    ['x'],
  ],
  ['insert into document_text (rowid, body) values (?, ?)', [1, 'x']],
  ['select * from items', []],
  ['select * from items where item_id = ?', ['i']],
  ['select * from items where mailbox_id = ?', ['m']],
  ['select * from items where tenant_id = ?', ['t']],
  ['select * from items where tenant_id = ? or mailbox_id = ?', ['t', 'm']],
  ['select * from items where (tenant_id = ? and mailbox_id = ?) or item_id = ?', ['t', 'm', 'i']],
  ['select * from items where not (tenant_id = ? and mailbox_id = ?)', ['t', 'm']],
  ['select * from items where tenant_id <> ? and mailbox_id = ?', ['t', 'm']],
  ['select * from items where tenant_id = tenant_id and mailbox_id = ?', ['m']],
  ["select ' where tenant_id = ? and mailbox_id = ?' from items", []],
  ['select * from items -- where tenant_id = ? and mailbox_id = ?', []],
  // The second table is joined without its scope.
  [
    'select 1 from items join messages on messages.item_id = items.item_id where items.tenant_id = ? and items.mailbox_id = ?',
    ['t', 'm'],
  ],
  ['select 1 from items, messages where items.tenant_id = ? and items.mailbox_id = ?', ['t', 'm']],
  // The scope is of another query.
  [
    'select * from items where item_id in (select item_id from messages where tenant_id = ? and mailbox_id = ?)',
    ['t', 'm'],
  ],
  [
    'select * from folders where tenant_id = ? and mailbox_id = ? union all select * from folders',
    ['t', 'm'],
  ],
  ['insert into items (tenant_id, item_id) values (?, ?)', ['t', 'i']],
  ['insert into items (tenant_id, mailbox_id) select ?, ? from messages', ['t', 'm']],
  ['update mailboxes set modseq = 1', []],
  ['select mailbox_id from mailboxes where tenant_id = ?', ['t']],
  ['select count(*), sum(size) from items where tenant_id = ?', ['t']],
  ['select count(*), sum(size_bytes) from mailboxes', []],
  ['update items set size = 1 from folders where items.tenant_id = ? and items.mailbox_id = ?', ['t', 'm']],
  ['delete from message_parts where item_id = ?', ['i']],
  [
    'select * from documents where document_id in (select rowid from document_text where document_text match ?)',
    ['x'],
  ],
  [
    'select * from items where tenant_id = ? and mailbox_id = ? and exists (select 1 from folders where tenant_id = ? and mailbox_id = ?)',
    ['t', 'm', 'other', 'm'],
  ],
  ['select * from users where user_id = ?', ['u']],
  ['select * from users', []],
  ['select * from credentials where user_id = ?', ['u']],
  ['select * from devices where user_id = ?', ['u']],
  ['update domains set enabled = 0 where enabled = ?', [1]],
];

describe('the scope guard (I25)', () => {
  test.each(allowed)('lets through: %s', (sql, params) => {
    expect(() => checkScope(sql, params)).not.toThrow();
  });

  test.each(refused)('refuses: %s', (sql, params) => {
    expect(() => checkScope(sql, params)).toThrow(UnscopedStatementError);
  });
});
