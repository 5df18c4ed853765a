import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { type EwsId, encodeId, idPayload, readPayload } from '../ids/id.ts';
import { eachMessage } from '../response-messages.ts';

const FORMATS = ['EwsLegacyId', 'EwsId', 'EntryId', 'HexEntryId', 'StoreId', 'OwaId'] as const;
type Format = (typeof FORMATS)[number];

const MAX_IDS = 1000;

/**
 * ConvertId (MS-OXWSCVTID 3.1.4.1): the same id as each interface of Exchange writes it. All of ours hold the same
 * payload, as base64, hexadecimal, or escaped for an address.
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
  if (format === 'HexEntryId') {
    return Array.from(idPayload(id), (c) => c.charCodeAt(0).toString(16).padStart(2, '0'))
      .join('')
      .toUpperCase();
  }
  return format === 'OwaId' ? encodeURIComponent(encodeId(id)) : encodeId(id);
}

function decode(text: string, format: Format): EwsId {
  const malformed = () => new EwsError('ErrorInvalidIdMalformed', 'The Id is malformed.');
  let payload: string;
  try {
    if (format === 'HexEntryId') {
      if (!/^(?:[0-9a-fA-F]{2}){1,512}$/.test(text)) throw malformed();
      payload = text.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
    } else payload = atob(format === 'OwaId' ? decodeURIComponent(text) : text);
  } catch {
    throw malformed();
  }
  const id = readPayload(payload);
  if (id === null) throw malformed();
  return id;
}
