import { children, el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { OwnPeople } from '../../../core/people/own-people.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { Pictures } from '../people/pictures.ts';
import { readAvailability } from '../resolve-recipients/availability.ts';
import { readDetails } from '../resolve-recipients/details.ts';
import { parseOptions } from '../resolve-recipients/options.ts';
import { ResponseWriter } from '../resolve-recipients/render.ts';
import { type OwnSearch, type Resolved, resolveRecipient } from '../resolve-recipients/resolve.ts';

const STATUS = { ok: 1, protocol: 5 } as const;
/** MS-ASCMD 3.1.5.8 */
const MAX_RECIPIENTS = 100;
/** MS-ASCMD 2.2.3.183, in characters. */
const MAX_TO = 256;
/** Questions to the directory at a time: an invocation has six connections. */
const AT_A_TIME = 5;

/** ResolveRecipients (MS-ASCMD 2.2.1.15): whom the names mean, with what was asked of them. */
export async function resolveRecipients(context: EasContext): Promise<Reply> {
  const { body, services, ref, version } = context;
  const names = children(body ?? undefined, 'ResolveRecipients:To').map((to) => to.text);
  if (body?.tag !== 'ResolveRecipients:ResolveRecipients' || !acceptable(names)) return protocolError();
  const options = parseOptions(body, version);
  if (options === null) return protocolError();
  const own = ownPeople(context);
  const resolved: Resolved[] = [];
  for (let i = 0; i < names.length; i += AT_A_TIME) {
    const some = names.slice(i, i + AT_A_TIME);
    const found = some.map((name) =>
      resolveRecipient(services.directory, ref.tenantId, name, options.maxAmbiguous, own),
    );
    resolved.push(...(await Promise.all(found)));
  }
  const wanted = { certificates: options.certificates !== 'none' };
  const details = await readDetails(services.directory, ref.tenantId, resolved, wanted, services.now());
  const availability = await readAvailability(context, resolved, options.availability);
  const pictures = Pictures.asked(services.photos, options.element, version, {
    asked: 'ResolveRecipients',
    answered: 'ResolveRecipients',
  });
  const writer = new ResponseWriter(options, details, availability, pictures);
  const responses: WbxmlNode[] = [];
  for (const one of resolved) responses.push(await writer.response(one));
  return wbxml(
    el('ResolveRecipients:ResolveRecipients', el('ResolveRecipients:Status', STATUS.ok), responses),
  );
}

/** The address list answers also while the mailbox's own index does not. */
function ownPeople({ mailbox, services, log }: EasContext): OwnSearch {
  const people = new OwnPeople(mailbox, services.search, services.now());
  const lenient = async <T>(found: Promise<T[]>): Promise<T[]> => {
    try {
      return await found;
    } catch (error) {
      log.warn('eas.own-people-failed', { error: describeError(error) });
      return [];
    }
  };
  return {
    contacts: (text) => lenient(people.contacts(text)),
    correspondents: (text) => lenient(people.correspondents(text)),
  };
}

function acceptable(names: readonly string[]): boolean {
  return (
    names.length > 0 &&
    names.length <= MAX_RECIPIENTS &&
    names.every((name) => name.length <= 2 * MAX_TO && [...name].length <= MAX_TO)
  );
}

function protocolError(): Reply {
  return wbxml(el('ResolveRecipients:ResolveRecipients', el('ResolveRecipients:Status', STATUS.protocol)));
}
