import type { Operation } from '../context.ts';
import { message } from '../response-messages.ts';

/** GetAppMarketplaceUrl (MS-OXWSAPPS): no place to get add-ins from. */
export const getAppMarketplaceUrl: Operation = (_request, context) =>
  message(context, 'GetAppMarketplaceUrlResponse', async () => ({}));
