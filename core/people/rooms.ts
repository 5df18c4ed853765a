import type { User } from '../identity/types.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import { RESOURCE_SETTING, readResource } from '../scheduling/resource.ts';
import type { Group, Person } from './types.ts';

/** Groups that are looked at, and members of one. */
const MAX_GROUPS = 200;
const MAX_MEMBERS = 100;

type Directory = Pick<DirectoryStore, 'listGroups' | 'groupMembers' | 'peopleAt' | 'getUserSetting'>;

/** Groups of the address list that have rooms and nobody else: lists of rooms. */
export async function roomLists(
  directory: Directory,
  { tenantId }: Pick<User, 'tenantId'>,
): Promise<Group[]> {
  const groups = (await directory.listGroups(tenantId)).filter(({ hidden }) => !hidden).slice(0, MAX_GROUPS);
  const lists: Group[] = [];
  for (const group of groups) {
    const people = await membersOf(directory, group);
    if (people.length === 0) continue;
    // Most groups are none: the first member tells it.
    let all = true;
    for (const one of people) {
      all = one !== null && (await isRoom(directory, tenantId, one));
      if (!all) break;
    }
    if (all) lists.push(group);
  }
  return lists;
}

/** The rooms of a group, in its order. */
export async function roomsOf(directory: Directory, group: Group): Promise<Person[]> {
  const rooms: Person[] = [];
  for (const one of await membersOf(directory, group)) {
    if (one !== null && (await isRoom(directory, group.tenantId, one))) rooms.push(one);
  }
  return rooms;
}

/** null: somebody whom the address list does not have. */
async function membersOf(directory: Directory, { tenantId, groupId }: Group): Promise<(Person | null)[]> {
  const addresses = await directory.groupMembers(tenantId, groupId, MAX_MEMBERS);
  if (addresses.length === 0) return [];
  const people = await directory.peopleAt(tenantId, addresses);
  return addresses.map((address) => people.get(address) ?? null);
}

async function isRoom(directory: Directory, tenantId: string, { kind, personId }: Person): Promise<boolean> {
  if (kind !== 'user') return false;
  return readResource(await directory.getUserSetting(tenantId, personId, RESOURCE_SETTING))?.kind === 'room';
}
