/** A row of a table of users, checked as far as it says itself what is wrong with it. */

import { unshielded } from '../../../codecs/csv/index.ts';
import type { User } from '../../../core/identity/types.ts';
import { canonicalAddress } from '../../../core/mail/recipients.ts';
import { USER_COLUMNS } from '../../../shared/admin/user-import.ts';

export interface Fault {
  column: string;
  message: string;
}

/** undefined: the row does not say. */
export interface UserRow {
  address: string;
  name?: string;
  password?: string;
  passwordHash?: string;
  /** Bytes; null: no limit. */
  quota?: number | null;
  aliases: string[];
  groups: string[];
  status?: Exclude<User['status'], 'deleted'>;
  role?: 'admin' | 'support';
}

const MAX_NAME = 200;
/** As for one user (workers/admin/input.ts). */
const PASSWORD = { min: 8, max: 256 };
const MAX_LIST = 100;
/** Argon2id at no more than what verifying a password may cost here (platform/auth/password.ts). */
const HASH = /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d)\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/;
const MOST = { memory: 65_536, passes: 10, lanes: 4 };
const UNITS = new Map([
  ['', 1],
  ['K', 1024],
  ['M', 1024 ** 2],
  ['G', 1024 ** 3],
  ['T', 1024 ** 4],
]);
const STATUS = new Map<string, Exclude<User['status'], 'deleted'>>([
  ['active', 'active'],
  ['nomail', 'noMail'],
  ['disabled', 'disabled'],
]);

export function readRow(values: Readonly<Record<string, string>>): { row: UserRow; faults: Fault[] } {
  const faults: Fault[] = [];
  const fault = (column: string, message: string) => void faults.push({ column, message });
  const cells = new Map<string, string>();
  for (const [name, text] of Object.entries(values)) {
    const column = name.trim().toLowerCase();
    if (!USER_COLUMNS.some((one) => one === column)) fault(name, 'there is no such column');
    else if (cells.has(column)) fault(name, 'the column is there twice');
    else cells.set(column, column === 'password' ? text : unshielded(text.trim()));
  }
  const said = (column: string) => {
    const text = cells.get(column) ?? '';
    return text === '' ? undefined : text;
  };

  const given = said('address');
  const address = given === undefined ? null : canonicalAddress(given);
  if (given === undefined) fault('address', 'it is missing');
  else if (address === null) fault('address', 'it is no address');
  const row: UserRow = { address: address ?? given ?? '', aliases: [], groups: [] };

  const name = said('name');
  if (name !== undefined && name.length > MAX_NAME) fault('name', `it is longer than ${MAX_NAME} characters`);
  else if (name !== undefined) row.name = name;

  const password = said('password');
  const hash = said('passwordhash');
  if (password !== undefined && hash !== undefined) fault('passwordhash', 'there is a password as well');
  else if (password !== undefined && (password.length < PASSWORD.min || password.length > PASSWORD.max))
    fault('password', `it must have ${PASSWORD.min} to ${PASSWORD.max} characters`);
  else if (password !== undefined) row.password = password;
  else if (hash !== undefined && !isUsableHash(hash))
    fault('passwordhash', 'it is no argon2id hash in the PHC form, or too costly to verify');
  else if (hash !== undefined) row.passwordHash = hash;

  const quota = said('quota');
  const bytes = quota === undefined ? undefined : quotaOf(quota);
  if (quota !== undefined && bytes === undefined) fault('quota', 'it is a size such as 500M or 2G, or none');
  else if (bytes !== undefined) row.quota = bytes;

  const status = said('status');
  const known = status === undefined ? undefined : STATUS.get(status.toLowerCase());
  if (status !== undefined && known === undefined) fault('status', 'it is active, noMail or disabled');
  else if (known !== undefined) row.status = known;

  const role = said('role')?.toLowerCase();
  if (role === 'admin' || role === 'support') row.role = role;
  else if (role !== undefined && role !== 'user') fault('role', 'it is admin, support or user');

  for (const column of ['aliases', 'groups'] as const) {
    const list = (said(column) ?? '').split(/[\s,;|]+/).filter((text) => text !== '');
    if (list.length > MAX_LIST) fault(column, `there are more than ${MAX_LIST}`);
    for (const text of list.slice(0, MAX_LIST)) {
      const one = canonicalAddress(text);
      if (one === null) fault(column, `${text.slice(0, 100)} is no address`);
      else if (one === row.address) fault(column, `${one} is the address of the user`);
      else if (!row[column].includes(one)) row[column].push(one);
    }
  }
  return { row, faults };
}

function isUsableHash(text: string): boolean {
  const [, memory, passes, lanes] = HASH.exec(text) ?? [];
  return (
    memory !== undefined &&
    Number(memory) <= MOST.memory &&
    Number(passes) <= MOST.passes &&
    Number(lanes) <= MOST.lanes
  );
}

function quotaOf(text: string): number | null | undefined {
  if (text.toLowerCase() === 'none') return null;
  const [, number, unit = ''] = /^(\d{1,15}(?:\.\d{1,3})?) ?([KMGT]?)B?$/i.exec(text) ?? [];
  const bytes = Math.round(Number(number) * (UNITS.get(unit.toUpperCase()) ?? Number.NaN));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
