import { describe, expect, it } from 'vitest';
import { readRow } from './read-row.ts';

const HASH = `$argon2id$v=19$m=19456,t=2,p=1$${'c'.repeat(22)}$${'d'.repeat(43)}`;
const faultsOf = (values: Record<string, string>) =>
  readRow({ address: 'ann@example.test', ...values }).faults.map(({ column }) => column);

describe('a row of a table of users', () => {
  it('says what it says, and nothing where it is empty', () => {
    const { row, faults } = readRow({
      ...{
        Address: ' Ann@Example.test ',
        NAME: 'Ann Lee',
        quota: '1.5G',
        aliases: 'a@example.test; b@example.test',
      },
      ...{
        groups: 'all@example.test,all@example.test',
        status: 'NoMail',
        role: 'Support',
        password: ' secret-1 ',
      },
    });
    expect(faults).toEqual([]);
    expect(row).toEqual({
      ...{ address: 'ann@example.test', name: 'Ann Lee', quota: 1.5 * 1024 ** 3, status: 'noMail' },
      ...{ aliases: ['a@example.test', 'b@example.test'], groups: ['all@example.test'], role: 'support' },
      password: ' secret-1 ',
    });
    const empty = { name: '', password: '', quota: '', aliases: ' ', groups: '', status: '', role: 'user' };
    expect(readRow({ address: 'ann@example.test', ...empty })).toEqual({
      row: { address: 'ann@example.test', aliases: [], groups: [] },
      faults: [],
    });
    expect(readRow({ address: 'ann@example.test', quota: 'none' }).row.quota).toBeNull();
    expect(readRow({ address: 'ann@example.test', passwordHash: HASH }).row.passwordHash).toBe(HASH);
    expect(readRow({ address: 'ann@example.test', name: "'=Ann" }).row.name).toBe('=Ann');
  });

  it.each<[Record<string, string>, string]>([
    [{ address: '' }, 'address'],
    [{ address: 'nobody' }, 'address'],
    [{ phone: '1' }, 'phone'],
    [{ 'ADDRESS ': 'x@example.test' }, 'ADDRESS '],
    [{ name: 'x'.repeat(201) }, 'name'],
    [{ password: 'short' }, 'password'],
    [{ password: 'x'.repeat(257) }, 'password'],
    [{ password: 'a-password', passwordhash: HASH }, 'passwordhash'],
    [{ passwordhash: 'plain text' }, 'passwordhash'],
    [{ passwordhash: HASH.replace('m=19456', 'm=999999') }, 'passwordhash'],
    [{ passwordhash: HASH.replace('t=2', 't=99') }, 'passwordhash'],
    [{ quota: 'much' }, 'quota'],
    [{ quota: '-5' }, 'quota'],
    [{ status: 'deleted' }, 'status'],
    [{ status: 'constructor' }, 'status'],
    [{ role: 'king' }, 'role'],
    [{ aliases: 'ann@example.test' }, 'aliases'],
    [{ aliases: 'a b@example.test' }, 'aliases'],
    [{ groups: 'everybody' }, 'groups'],
  ])('%j is at fault in the column %s', (values, column) => {
    expect(faultsOf(values)).toEqual([column]);
  });
});
