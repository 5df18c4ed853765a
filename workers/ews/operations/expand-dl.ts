import { child, textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { MAX_MEMBERS } from '../../../core/groups/expand.ts';
import { canonicalAddress } from '../../../core/mail/recipients.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { loadViews } from '../items/load.ts';
import { mailboxOf } from '../people/elements.ts';
import { membersOf } from '../people/members.ts';
import { eachMessage } from '../response-messages.ts';

/**
 * ExpandDL (MS-OXWSDLIST 3.1.4.1): members of a distribution group of the tenant, or of a list of the user's own; a group
 * that is a member is one entry.
 */
export const expandDl: Operation = async (request, context) => {
  const mailbox = child(request, 'Mailbox');
  if (mailbox === null) throw new SchemaError('Mailbox is required.');
  return eachMessage(context, 'ExpandDLResponseMessage', [mailbox], async () => {
    const itemId = child(mailbox, 'ItemId');
    const members =
      itemId === null
        ? await ofGroup(context, textOf(mailbox, 'EmailAddress') ?? '')
        : await ofList(context, itemId);
    return {
      DLExpansion: {
        '@TotalItemsInView': members.length,
        '@IncludesLastItemInRange': true,
        Mailbox: members,
      },
    };
  });
};

function noResults(): EwsError {
  return new EwsError('ErrorNameResolutionNoResults', 'No results were found.');
}

async function ofGroup(context: EwsContext, text: string): Promise<XmlObject[]> {
  const { directory } = context.services;
  const { tenantId } = context.principal.tenant;
  const address = canonicalAddress(text);
  const group = address === null ? null : await directory.findGroup(tenantId, address);
  if (group === null) throw noResults();
  const addresses = await directory.groupMembers(tenantId, group.groupId, MAX_MEMBERS);
  const people = await directory.peopleAt(tenantId, addresses);
  return Promise.all(
    addresses.map(async (one) => {
      const person = people.get(one) ?? (await directory.exactPeople(tenantId, one, 1))[0];
      if (person !== undefined) return mailboxOf(person);
      return { Name: one, EmailAddress: one, RoutingType: 'SMTP', MailboxType: 'OneOff' };
    }),
  );
}

/** Members of a list of the user's own, as the card of a group has them (RFC 9553 2.1.6). */
async function ofList(
  context: EwsContext,
  itemId: Parameters<typeof loadViews>[1][number],
): Promise<XmlObject[]> {
  const [view] = await loadViews(context, [{ ...itemId, name: 'ItemId' }]);
  if (view === undefined || view instanceof EwsError) throw view ?? noResults();
  if (view.pim?.kind !== 'contact' || view.element !== 'DistributionList') {
    throw new EwsError('ErrorInvalidItemForOperationExpandDL', 'Only distribution lists have members.');
  }
  const members = await membersOf(view, context);
  return members.flatMap(({ mailbox, known }) => (known ? [mailbox] : []));
}
