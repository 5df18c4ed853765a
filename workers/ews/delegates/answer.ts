import type { XmlContent, XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext } from '../context.ts';
import { message } from '../response-messages.ts';

const NAME = 'DelegateUserResponseMessageType';

/** The answer of an operation on delegates: one message for each, in their order, under the head of the whole. */
export async function delegateAnswer<T>(
  context: EwsContext,
  list: readonly T[],
  act: (one: T) => Promise<XmlObject | null>,
): Promise<XmlObject> {
  const messages: XmlContent[] = [];
  for (const one of list)
    messages.push(
      await message(context, NAME, async () => {
        const shown = await act(one);
        return shown === null ? {} : { DelegateUser: shown };
      }),
    );
  return messages.length === 0 ? {} : { ResponseMessages: { [NAME]: messages } };
}
