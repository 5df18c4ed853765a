import type { Operation } from '../context.ts';
import { eachMessage } from '../response-messages.ts';
import { saveConfiguration } from '../user-configuration/save.ts';

/** UpdateUserConfiguration (MS-OXWSUSRCFG 3.1.4.4): what is not given stays as it is. */
export const updateUserConfiguration: Operation = async (request, context) =>
  eachMessage(context, 'UpdateUserConfigurationResponseMessage', [request], () =>
    saveConfiguration(context, request, false),
  );
