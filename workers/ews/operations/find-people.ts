import { attributeOf, child, textOf } from '../../../codecs/soap/read.ts';
import { displayName } from '../../../core/contacts/name.ts';
import { canonicalAddress } from '../../../core/mail/recipients.ts';
import { NO_ATTRIBUTES, type Person } from '../../../core/people/types.ts';
import { sortKeyOf } from '../../../core/people/words.ts';
import type { EwsContext, Operation } from '../context.ts';
import { SchemaError } from '../errors.ts';
import { readPager } from '../find/page.ts';
import { resolveItemFolder } from '../folders/resolve.ts';
import { personaOf } from '../people/elements.ts';
import { peopleNamed } from '../people/find-people.ts';
import { message } from '../response-messages.ts';

const MAX_PAGE = 200;
/** Contacts of a folder that are put in order. */
const MAX_CONTACTS = 5000;

/**
 * FindPeople (MS-OXWSPERS): people of a folder of contacts, or with a QueryString those of the address list and the user's
 * contacts. Its answer stands by itself, without ResponseMessages.
 */
export const findPeople: Operation = (request, context) =>
  message(context, 'FindPeopleResponseMessage', async () => {
    if (child(request, 'IndexedPageItemView') === null)
      throw new SchemaError('IndexedPageItemView is required.');
    const pager = readPager(request, 'Item', MAX_PAGE);
    const query = textOf(request, 'QueryString') ?? '';
    const folder = child(request, 'ParentFolderId')?.children[0] ?? null;
    const directory = folder !== null && attributeOf(folder, 'Id') === 'directory';
    const people =
      query !== '' || folder === null || directory
        ? await peopleNamed(context, query, directory ? 'ActiveDirectory' : 'ContactsActiveDirectory')
        : await ofFolder(context, folder);
    const { begin, end } = pager(people.length);
    const page = people.slice(begin, end);
    return {
      People: { Persona: page.map((person) => personaOf(person, context)) },
      TotalNumberOfPeopleInView: people.length,
      FirstMatchingRowIndex: begin,
      FirstLoadedRowIndex: begin,
    };
  });

async function ofFolder(
  context: EwsContext,
  element: Parameters<typeof resolveItemFolder>[1],
): Promise<Person[]> {
  const { box, folder } = await resolveItemFolder(context, element);
  const people: Person[] = [];
  for (let after = ''; people.length < MAX_CONTACTS; ) {
    const items = await box.store.pimPage(folder.folderId, after, 500);
    for (const item of items) {
      if (item.kind !== 'contact') continue;
      const [email] = Object.values(item.document.emails ?? {});
      const address = canonicalAddress(email?.address ?? '') ?? email?.address ?? '';
      if (address === '') continue;
      const shown = { displayName: displayName(item.document), address };
      people.push({
        ...{ ...NO_ATTRIBUTES, ...shown, kind: 'contact', personId: `${item.itemId}.0` },
        ...{ sortKey: sortKeyOf(shown), photo: null },
      });
    }
    const last = items.at(-1);
    if (items.length < 500 || last === undefined) break;
    after = last.itemId;
  }
  return people.sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
}
