import type { Command } from '../context.ts';
import { parseSend } from '../sending/request.ts';
import { failed } from '../sending/status.ts';
import { answerOf, submit } from '../sending/submit.ts';

/** SendMail (MS-ASCMD 2.2.1.17): at most once for each ClientId of a device (I16). */
export const sendMail: Command = async (context) => {
  const request = await parseSend(context, 'SendMail');
  if (typeof request === 'number') return failed('SendMail', context.version, request);
  return answerOf(context, 'SendMail', await submit(context, request, request.mime));
};
