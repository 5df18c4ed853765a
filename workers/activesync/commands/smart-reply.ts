import type { Command } from '../context.ts';
import { sendAnswer } from '../sending/smart.ts';

/** SmartReply (MS-ASCMD 2.2.1.19) */
export const smartReply: Command = (context) => sendAnswer(context, 'reply');
