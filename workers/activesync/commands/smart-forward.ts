import type { Command } from '../context.ts';
import { sendAnswer } from '../sending/smart.ts';

/** SmartForward (MS-ASCMD 2.2.1.18) */
export const smartForward: Command = (context) => sendAnswer(context, 'forward');
