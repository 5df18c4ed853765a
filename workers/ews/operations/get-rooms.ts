import { child, textOf } from '../../../codecs/soap/read.ts';
import { canonicalAddress } from '../../../core/mail/recipients.ts';
import { roomLists, roomsOf } from '../../../core/people/rooms.ts';
import { nameOf } from '../../../core/people/types.ts';
import type { Operation } from '../context.ts';
import { SchemaError } from '../errors.ts';
import { message } from '../response-messages.ts';

/** GetRoomLists (MS-OXWSGTRM 3.1.4.1): groups of the address list that have nothing but rooms. */
export const getRoomLists: Operation = (_request, context) =>
  message(context, 'GetRoomLists', async () => {
    const { services, principal } = context;
    const lists = await roomLists(services.directory, principal.user);
    const Address = lists.map((group) => ({
      Name: nameOf(group),
      EmailAddress: group.address,
      RoutingType: 'SMTP',
      MailboxType: 'PublicDL',
    }));
    return { RoomLists: { Address } };
  });

/** GetRooms (MS-OXWSGTRM 3.1.4.2): the rooms of one of these lists. */
export const getRooms: Operation = (request, context) =>
  message(context, 'GetRooms', async () => {
    const list = child(request, 'RoomList');
    if (list === null) throw new SchemaError('a RoomList must be named.');
    const { services, principal } = context;
    const address = canonicalAddress(textOf(list, 'EmailAddress') ?? '');
    const group =
      address === null ? null : await services.directory.findGroup(principal.tenant.tenantId, address);
    // Of what is no list nothing is told, as by Exchange: clients ask for lists that they remember.
    const rooms = group === null ? [] : await roomsOf(services.directory, group);
    const Room = rooms.map((room) => ({
      Id: { Name: nameOf(room), EmailAddress: room.address, RoutingType: 'SMTP', MailboxType: 'Mailbox' },
    }));
    return { Rooms: { Room } };
  });
