import { child, children } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { errorMessage, message, SUCCESS } from '../response-messages.ts';

/** From so many recipients on a client warns that a message goes to many. */
const LARGE_AUDIENCE = 25;
const MAX_MAIL_TIPS = 100;

/** GetServiceConfiguration (MS-OXWSCONFIG): what the service of mail tips is told to clients; the others are not here. */
export const getServiceConfiguration: Operation = (request, context) =>
  message(context, 'GetServiceConfigurationResponse', async () => {
    const names = children(child(request, 'RequestedConfiguration'), 'ConfigurationName');
    if (names.length === 0) throw new SchemaError('RequestedConfiguration must hold a name.');
    const answers: XmlObject[] = [];
    for (const name of names) answers.push(await configuration(context, name.text.trim()));
    return { ResponseMessages: { ServiceConfigurationResponseMessageType: answers } };
  });

async function configuration(context: EwsContext, name: string): Promise<XmlObject> {
  if (name !== 'MailTips') {
    return errorMessage(
      new EwsError('ErrorInvalidOperation', `There is no configuration ${name.slice(0, 60)} here.`),
    );
  }
  const { services, principal } = context;
  const domains = await services.directory.listDomains(principal.tenant.tenantId);
  return {
    ...SUCCESS,
    MailTipsConfiguration: {
      MailTipsEnabled: true,
      MaxRecipientsPerGetMailTipsRequest: MAX_MAIL_TIPS,
      MaxMessageSize: services.config.maxMessageBytes,
      LargeAudienceThreshold: LARGE_AUDIENCE,
      ShowExternalRecipientCount: true,
      InternalDomains: {
        Domain: domains.map(({ domain }) => ({ '@Name': domain, '@IncludeSubdomains': false })),
      },
      PolicyTipsEnabled: false,
      LargeAudienceCap: 1000,
    },
  };
}
