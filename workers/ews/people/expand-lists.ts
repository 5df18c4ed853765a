/** Recipients and attendees that are lists of the user's own, named by their ids, as the people in them. */
import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../codecs/soap/read.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { loadViews } from '../items/load.ts';
import type { ItemView } from '../items/view.ts';
import { membersOf } from './members.ts';

/** Elements whose mailboxes are written to. */
const WRITTEN_TO: ReadonlySet<string> = new Set([
  ...['ToRecipients', 'CcRecipients', 'BccRecipients', 'ReplyTo'],
  ...['RequiredAttendees', 'OptionalAttendees', 'Resources'],
]);
/** People of one list, and lists in lists. */
const MAX_PEOPLE = 1000;
const MAX_DEPTH = 8;

interface Person {
  name: string;
  address: string;
}

/**
 * The element with the members of each list in its place (MS-OXWSCDATA 2.2.4.31: a private list is named by its ItemId);
 * the same element where none is named. @throws EwsError ErrorMissingInformationEmailAddress for what nobody can be
 * written to by
 */
export async function withListsExpanded(context: EwsContext, element: XmlElement): Promise<XmlElement> {
  if (!WRITTEN_TO.has(element.name)) {
    if (!element.children.some(({ name }) => WRITTEN_TO.has(name))) return element;
    return withChildren(
      element,
      await Promise.all(element.children.map((one) => withListsExpanded(context, one))),
    );
  }
  if (!element.children.some(namesList)) return element;
  const children: XmlElement[] = [];
  for (const one of element.children) {
    if (!namesList(one)) children.push(one);
    else for (const person of await peopleOf(context, one)) children.push(renamed(one, person));
  }
  return withChildren(element, children);
}

/** The mailbox of a recipient, or that of an attendee. */
function mailboxIn(element: XmlElement): XmlElement | null {
  return element.name === 'Mailbox' ? element : child(element, 'Mailbox');
}

function namesList(element: XmlElement): boolean {
  const mailbox = mailboxIn(element);
  return child(mailbox, 'ItemId') !== null && (textOf(mailbox, 'EmailAddress') ?? '') === '';
}

async function peopleOf(context: EwsContext, element: XmlElement): Promise<Person[]> {
  const id = child(mailboxIn(element), 'ItemId');
  const [view] = id === null ? [] : await loadViews(context, [id]);
  if (view === undefined || view instanceof EwsError)
    throw new EwsError('ErrorMissingInformationEmailAddress', 'A recipient has no address.');
  const people = new Map<string, Person>();
  await collect(context, view, { people, seen: new Set(), depth: 0 });
  return [...people.values()];
}

async function collect(
  context: EwsContext,
  view: ItemView,
  found: { people: Map<string, Person>; seen: Set<string>; depth: number },
): Promise<void> {
  const { people, seen, depth } = found;
  const { itemId } = view.state;
  if (view.pim?.kind !== 'contact' || seen.has(itemId) || depth > MAX_DEPTH) return;
  seen.add(itemId);
  if (view.element !== 'DistributionList') {
    const [email] = Object.values(view.pim.document.emails ?? {});
    if (email !== undefined) add(people, { name: view.pim.title, address: email.address });
    return;
  }
  for (const { mailbox } of await membersOf(view, context)) {
    const { Name, EmailAddress, ItemId } = mailbox as Record<string, unknown>;
    if (typeof EmailAddress === 'string') {
      add(people, { name: typeof Name === 'string' ? Name : '', address: EmailAddress });
      continue;
    }
    const id =
      typeof ItemId === 'object' && ItemId !== null && '@Id' in ItemId ? String(ItemId['@Id']) : null;
    const [inner] = id === null ? [] : await loadViews(context, [idElement(id)]);
    if (inner !== undefined && !(inner instanceof EwsError))
      await collect(context, inner, { people, seen, depth: depth + 1 });
  }
}

function add(people: Map<string, Person>, person: Person): void {
  if (person.address === '') return;
  if (people.size >= MAX_PEOPLE)
    throw new EwsError('ErrorInvalidRecipients', 'There are too many recipients.');
  const key = person.address.toLowerCase();
  if (!people.has(key)) people.set(key, person);
}

function idElement(id: string): XmlElement {
  return { name: 'ItemId', attributes: { Id: id }, children: [], text: '', content: [] };
}

function textElement(name: string, text: string): XmlElement {
  return { name, attributes: {}, children: [], text, content: [text] };
}

/** The same recipient or attendee, with a member of the list in its place. */
function renamed(element: XmlElement, { name, address }: Person): XmlElement {
  const children = [textElement('Name', name), textElement('EmailAddress', address)];
  if (element.name === 'Mailbox') return withChildren(element, children);
  return withChildren(
    element,
    element.children.map((one) => (one.name === 'Mailbox' ? withChildren(one, children) : one)),
  );
}

function withChildren(element: XmlElement, children: XmlElement[]): XmlElement {
  return { ...element, children, content: children };
}
