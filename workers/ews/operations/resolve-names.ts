import { attributeOf, child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { contactOf, mailboxOf } from '../people/elements.ts';
import { MAX_RESOLUTIONS, peopleNamed, type Scope } from '../people/find-people.ts';
import { eachMessage, errorMessage } from '../response-messages.ts';

const SCOPES: readonly Scope[] = [
  'ActiveDirectory',
  'ActiveDirectoryContacts',
  'Contacts',
  'ContactsActiveDirectory',
];
const MAX_ENTRY = 256;

/** ResolveNames (MS-OXWSRSLNM 3.1.4.1): one is a success, several are a warning, none is an error. */
export const resolveNames: Operation = async (request, context) => {
  const text = child(request, 'UnresolvedEntry')?.text.trim() ?? '';
  if (text === '') throw new SchemaError('UnresolvedEntry must not be empty.');
  const full = /^(?:true|1)$/.test(attributeOf(request, 'ReturnFullContactData') ?? '');
  const scope = SCOPES.find(
    (one) => one === (attributeOf(request, 'SearchScope') ?? 'ActiveDirectoryContacts'),
  );
  if (scope === undefined) throw new SchemaError('SearchScope is none of the schema.');
  return eachMessage(context, 'ResolveNamesResponseMessage', [text], async () => {
    if (text.length > MAX_ENTRY) {
      throw new EwsError('ErrorInvalidNameForNameResolution', 'The name is too long to be looked for.');
    }
    const found = await peopleNamed(context, text, scope);
    if (found.length === 0) throw new EwsError('ErrorNameResolutionNoResults', 'No results were found.');
    const shown = found.slice(0, MAX_RESOLUTIONS);
    const ResolutionSet: XmlObject = {
      '@TotalItemsInView': shown.length,
      '@IncludesLastItemInRange': found.length === shown.length,
      Resolution: shown.map((person) => {
        const isOwn = person.personId.includes('.');
        return { Mailbox: mailboxOf(person, isOwn), ...(full ? { Contact: contactOf(person) } : {}) };
      }),
    };
    if (shown.length === 1) return { ResolutionSet };
    const many = new EwsError('ErrorNameResolutionMultipleResults', 'Multiple results were found.');
    return { ...errorMessage(many, 'Warning'), ResolutionSet };
  });
};
