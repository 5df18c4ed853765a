import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child, children } from '../../../codecs/soap/read.ts';
import { delegatesOf } from '../../../core/access/delegates.ts';
import type { User } from '../../../core/identity/types.ts';
import type { Operation } from '../context.ts';
import { delegateAnswer } from '../delegates/answer.ts';
import { delegateElement, delegatesBox, deliverElement, userOf } from '../delegates/elements.ts';
import { EwsError } from '../errors.ts';
import { message } from '../response-messages.ts';

/** GetDelegate (MS-OXWSDLGM 3.1.4.2): those that are named, or all. */
export const getDelegate: Operation = (request, context) =>
  message(context, 'GetDelegateResponse', async () => {
    const box = await delegatesBox(context, request);
    const { directory } = context.services;
    const { deliver, list } = await delegatesOf(context.services, box.ref);
    const permissions = /^(?:true|1)$/.test(attributeOf(request, 'IncludePermissions') ?? '');
    const named = children(child(request, 'UserIds'), 'UserId');
    const users: (User | XmlElement)[] = [...named];
    if (named.length === 0)
      for (const { userId } of list) {
        const found = await directory.getUser(box.ref.tenantId, userId);
        if (found !== null) users.push(found.user);
      }
    const answer = await delegateAnswer(context, users, async (one) => {
      const user = 'userId' in one ? one : await userOf(context, one);
      const delegate = list.find(({ userId }) => userId === user.userId);
      if (delegate === undefined) throw new EwsError('ErrorNotDelegate', 'The user is no delegate.');
      return delegateElement(context, box, user, delegate, permissions);
    });
    return { ...answer, DeliverMeetingRequests: deliverElement(deliver) };
  });
