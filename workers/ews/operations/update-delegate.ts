import { child, children } from '../../../codecs/soap/read.ts';
import { delegateLevels, delegatesOf, putDelegate, putDeliverTo } from '../../../core/access/delegates.ts';
import type { Operation } from '../context.ts';
import { delegateAnswer } from '../delegates/answer.ts';
import { delegateChange, delegateElement, delegatesBox, deliverOf, userOf } from '../delegates/elements.ts';
import { EwsError } from '../errors.ts';
import { message } from '../response-messages.ts';

/** UpdateDelegate (MS-OXWSDLGM 3.1.4.4): what is left out stays as it is. */
export const updateDelegate: Operation = (request, context) =>
  message(context, 'UpdateDelegateResponse', async () => {
    const box = await delegatesBox(context, request);
    const { services } = context;
    const deliver = deliverOf(request);
    if (deliver !== null) await putDeliverTo(services, box.ref, deliver);
    const said = children(child(request, 'DelegateUsers'), 'DelegateUser');
    return delegateAnswer(context, said, async (one) => {
      const user = await userOf(context, child(one, 'UserId'));
      const { list } = await delegatesOf(services, box.ref);
      const delegate = list.find(({ userId }) => userId === user.userId);
      if (delegate === undefined) throw new EwsError('ErrorNotDelegate', 'The user is no delegate.');
      const levels = await delegateLevels(services, box.ref, user.userId);
      const { copies, privateItems } = delegate;
      const change = delegateChange(one, user.userId, { levels, copies, privateItems });
      await putDelegate(services, box.ref, change);
      return delegateElement(context, box, user, change, true);
    });
  });
