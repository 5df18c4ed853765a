import { child, children } from '../../../codecs/soap/read.ts';
import { delegatesOf, putDelegate, putDeliverTo } from '../../../core/access/delegates.ts';
import type { Operation } from '../context.ts';
import { delegateAnswer } from '../delegates/answer.ts';
import { delegateChange, delegateElement, delegatesBox, deliverOf, userOf } from '../delegates/elements.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { message } from '../response-messages.ts';

const MAX_DELEGATES = 50;

/** AddDelegate (MS-OXWSDLGM 3.1.4.1). */
export const addDelegate: Operation = (request, context) =>
  message(context, 'AddDelegateResponse', async () => {
    const box = await delegatesBox(context, request);
    const said = children(child(request, 'DelegateUsers'), 'DelegateUser');
    if (said.length === 0 || said.length > MAX_DELEGATES)
      throw new SchemaError(`DelegateUsers must hold 1 to ${MAX_DELEGATES} users.`);
    const { services } = context;
    const deliver = deliverOf(request);
    if (deliver !== null) await putDeliverTo(services, box.ref, deliver);
    return delegateAnswer(context, said, async (one) => {
      const user = await userOf(context, child(one, 'UserId'));
      if (user.userId === box.user.userId)
        throw new EwsError('ErrorDelegateCannotAddOwner', 'Nobody is a delegate of their own.');
      const { list } = await delegatesOf(services, box.ref);
      if (list.some(({ userId }) => userId === user.userId))
        throw new EwsError('ErrorDelegateAlreadyExists', 'The user is a delegate already.');
      const change = delegateChange(one, user.userId, null);
      await putDelegate(services, box.ref, change);
      return delegateElement(context, box, user, change, true);
    });
  });
