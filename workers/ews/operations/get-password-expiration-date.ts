import type { Operation } from '../context.ts';
import { message } from '../response-messages.ts';

/** GetPasswordExpirationDate (MS-OXWSGPWED): passwords do not expire here; the last moment of the calendar says so. */
export const getPasswordExpirationDate: Operation = (_request, context) =>
  message(context, 'GetPasswordExpirationDateResponse', async () => ({
    PasswordExpirationDate: '9999-12-31T23:59:59Z',
  }));
