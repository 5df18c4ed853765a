import { child, children } from '../../../codecs/soap/read.ts';
import { delegatesOf, dropDelegate } from '../../../core/access/delegates.ts';
import type { Operation } from '../context.ts';
import { delegateAnswer } from '../delegates/answer.ts';
import { delegatesBox, userOf } from '../delegates/elements.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { message } from '../response-messages.ts';

/** RemoveDelegate (MS-OXWSDLGM 3.1.4.3). */
export const removeDelegate: Operation = (request, context) =>
  message(context, 'RemoveDelegateResponse', async () => {
    const box = await delegatesBox(context, request);
    const named = children(child(request, 'UserIds'), 'UserId');
    if (named.length === 0) throw new SchemaError('UserIds must hold a user.');
    return delegateAnswer(context, named, async (one) => {
      const user = await userOf(context, one);
      const { list } = await delegatesOf(context.services, box.ref);
      if (!list.some(({ userId }) => userId === user.userId))
        throw new EwsError('ErrorNotDelegate', 'The user is no delegate.');
      await dropDelegate(context.services, box.ref, user.userId);
      return null;
    });
  });
