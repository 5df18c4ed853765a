import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { decodeId, type EwsId, encodeId, idPayload, readPayload } from '../ids/id.ts';
import { eachMessage } from '../response-messages.ts';

const FORMATS = ['EwsLegacyId', 'EwsId', 'EntryId', 'HexEntryId', 'StoreId', 'OwaId'] as const;
type Format = (typeof FORMATS)[number];

const MAX_IDS = 1000;

/**
 * ConvertId (MS-OXWSCVTID 3.1.4.1): the same id as each interface of Exchange writes it: that of this protocol, for an
 * address of the web too, and as the entry id of MAPI (PidTagEntryId) in base64 or hexadecimal.
 */
export const convertId: Operation = async (request, context) => {
  const to = formatOf(request.attributes['DestinationFormat']);
  const list = child(request, 'SourceIds');
  const ids = list?.children ?? [];
  if (ids.length === 0 || ids.length > MAX_IDS) throw new SchemaError('SourceIds must hold 1 to 1000 ids.');
  return eachMessage(context, 'ConvertIdResponseMessage', ids, (id) => converted(context, id, to));
};

async function converted(context: EwsContext, given: XmlElement, to: Format): Promise<XmlObject> {
  if (!['AlternateId', 'AlternatePublicFolderId', 'AlternatePublicFolderItemId'].includes(given.name)) {
    throw new SchemaError(`${given.name} is no id.`);
  }
  if (given.name !== 'AlternateId')
    throw new EwsError('ErrorInvalidIdMalformed', 'There are no public folders.');
  const { Id = '', Format, IsArchive } = given.attributes;
  const id = decode(Id, formatOf(Format));
  // The id says whose it is. Clients write any address here (DavMail one that nobody has).
  const box = await context.open({ id: id.mailboxId });
  return {
    AlternateId: {
      '@xsi:type': 't:AlternateIdType',
      '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      '@Format': to,
      '@Id': encode(id, to),
      '@Mailbox': box.user.address,
      ...(IsArchive === undefined ? {} : { '@IsArchive': 'false' }),
    },
  };
}

function formatOf(text: string | undefined): Format {
  const found = FORMATS.find((one) => one === text);
  if (found === undefined) throw new SchemaError('the format of an id is none of the schema.');
  return found;
}

function encode(id: EwsId, format: Format): string {
  switch (format) {
    case 'EwsId':
    case 'EwsLegacyId':
      return encodeId(id);
    case 'OwaId':
      return encodeURIComponent(encodeId(id));
    case 'EntryId':
    case 'StoreId':
      return btoa(idPayload(id));
    case 'HexEntryId':
      return Array.from(idPayload(id), (c) => c.charCodeAt(0).toString(16).padStart(2, '0'))
        .join('')
        .toUpperCase();
  }
}

function decode(text: string, format: Format): EwsId {
  const id = format === 'EwsId' || format === 'EwsLegacyId' ? decodeId(text) : entryId(text, format);
  if (id === null) throw new EwsError('ErrorInvalidIdMalformed', 'The Id is malformed.');
  return id;
}

function entryId(text: string, format: Format): EwsId | null {
  try {
    if (format === 'OwaId') return decodeId(decodeURIComponent(text));
    if (format !== 'HexEntryId') return readPayload(atob(text));
  } catch (error) {
    if (error instanceof EwsError) throw error;
    return null;
  }
  if (!/^(?:[0-9a-fA-F]{2}){1,512}$/.test(text)) return null;
  return readPayload(text.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))));
}
