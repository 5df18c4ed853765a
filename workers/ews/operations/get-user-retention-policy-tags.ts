import type { Operation } from '../context.ts';
import { message } from '../response-messages.ts';

/** GetUserRetentionPolicyTags (MS-OXWSURPT): what is kept for how long is the admin's to say, not a tag of the user. */
export const getUserRetentionPolicyTags: Operation = (_request, context) =>
  message(context, 'GetUserRetentionPolicyTagsResponseMessage', async () => ({ RetentionPolicyTags: {} }));
