import type { Operation } from '../context.ts';
import { message } from '../response-messages.ts';

/** GetAppManifests (MS-OXWSAPPS): there are no add-ins. */
export const getAppManifests: Operation = (_request, context) =>
  message(context, 'GetAppManifestsResponse', async () => ({ Manifests: {} }));
