import type { Operation } from '../context.ts';
import { eachMessage } from '../response-messages.ts';
import { saveConfiguration } from '../user-configuration/save.ts';

/** CreateUserConfiguration (MS-OXWSUSRCFG 3.1.4.1). */
export const createUserConfiguration: Operation = async (request, context) =>
  eachMessage(context, 'CreateUserConfigurationResponseMessage', [request], () =>
    saveConfiguration(context, request, true),
  );
