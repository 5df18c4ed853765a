import { composeMessage } from '../../../core/mail/authoring/compose.ts';
import type { MessagePatch } from '../../../core/mail/authoring/patch.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { attachedView } from './attached.ts';
import { type AttachmentFacts, attachmentsOf, BELOW } from './attachments.ts';
import { authorFrame } from './editors/attached-item.ts';
import type { NewFile } from './property.ts';
import { keptRaw } from './raw.ts';
import type { ItemView } from './view.ts';

const MAX_DEPTH = 5;

/**
 * An attached message with other files than it has, to be put in the place of the one that is there.
 * @param name of the attached message in ids, with the way to it
 * @throws EwsError ErrorInvalidAttachmentId; ErrorInvalidOperation for what is no message
 */
export async function changedAttachment(
  view: ItemView,
  name: string,
  patch: Pick<MessagePatch, 'added'> & { dropped?: string },
  context: EwsContext,
): Promise<NewFile> {
  if (view.message === null) throw noFiles();
  const steps = name.split(BELOW);
  if (steps.length >= MAX_DEPTH) {
    throw new EwsError('ErrorAttachmentNestLevelLimitExceeded', 'The attachment lies too deep.');
  }
  return changed(view, steps, 0, patch, context);
}

async function changed(
  owner: ItemView,
  steps: readonly string[],
  depth: number,
  patch: Pick<MessagePatch, 'added'> & { dropped?: string },
  context: EwsContext,
): Promise<NewFile> {
  const facts = named(owner, steps.slice(0, depth + 1).join(BELOW));
  const inner = await attachedView(owner, facts, context);
  const raw = inner.message === null ? null : keptRaw(inner.message);
  if (raw === null) throw noFiles();
  const here = depth === steps.length - 1;
  const below = here ? null : await changed(inner, steps, depth + 1, patch, context);
  const gone = here ? patch.dropped : steps.slice(0, depth + 2).join(BELOW);
  const part = gone === undefined ? null : named(inner, gone).part;
  const content = await composeMessage(context.services.composer, authorFrame(context), raw, {
    added: below === null ? (patch.added ?? []) : [below],
    ...(part === null ? {} : { dropped: [part.partNo] }),
  });
  const { name, contentId, contentLocation } = facts;
  return {
    ...{ name, contentId, contentLocation, content, mediaType: 'message/rfc822' },
    ...{ isInline: false, isContactPhoto: false, id: facts.id },
  };
}

function named(owner: ItemView, id: string): AttachmentFacts {
  const facts = attachmentsOf(owner).find((one) => one.id === id);
  if (facts !== undefined) return facts;
  throw new EwsError('ErrorInvalidAttachmentId', 'The specified attachment was not found in the store.');
}

function noFiles(): EwsError {
  return new EwsError('ErrorInvalidOperation', 'What is attached here has no files that can be changed.');
}
