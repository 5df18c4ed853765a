import { child } from '../../../codecs/soap/read.ts';
import { NotFoundError } from '../../../core/errors.ts';
import { dropUserConfiguration } from '../../../core/mail/user-configuration.ts';
import type { Operation } from '../context.ts';
import { eachMessage } from '../response-messages.ts';
import { readConfigurationName } from '../user-configuration/name.ts';

/** DeleteUserConfiguration (MS-OXWSUSRCFG 3.1.4.2). */
export const deleteUserConfiguration: Operation = async (request, context) =>
  eachMessage(context, 'DeleteUserConfigurationResponseMessage', [request], async () => {
    const named = child(request, 'UserConfigurationName');
    const { box, folderId, name } = await readConfigurationName(context, named, 'write');
    const gone = await dropUserConfiguration(box.store, folderId, name);
    if (!gone) throw new NotFoundError('no such configuration');
    return {};
  });
