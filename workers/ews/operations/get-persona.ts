import { attributeOf, child, textOf } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { decodeId } from '../ids/id.ts';
import { personaOf } from '../people/elements.ts';
import { personAt } from '../people/find-people.ts';
import { message } from '../response-messages.ts';

/** GetPersona (MS-OXWSPERS): by the id that FindPeople gave, or by an address. */
export const getPersona: Operation = (request, context) =>
  message(context, 'GetPersonaResponseMessage', async () => {
    const id = child(request, 'PersonaId');
    const address =
      id === null
        ? textOf(child(request, 'EmailAddress'), 'EmailAddress')
        : addressOf(attributeOf(id, 'Id') ?? '');
    if (address === null || address === '') throw new SchemaError('PersonaId or EmailAddress is required.');
    const person = await personAt(context, address);
    if (person === null)
      throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
    return { Persona: personaOf(person, context) };
  });

function addressOf(text: string): string {
  const id = decodeId(text);
  if (id.kind !== 'persona')
    throw new EwsError('ErrorInvalidIdMalformed', 'The Id is not that of a persona.');
  return id.personId;
}
