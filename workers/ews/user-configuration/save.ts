import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { DomainError, InvalidInputError } from '../../../core/errors.ts';
import { writeUserConfiguration } from '../../../core/mail/user-configuration.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { readConfiguration } from './content.ts';
import { readConfigurationName } from './name.ts';

/** Keeps what CreateUserConfiguration and UpdateUserConfiguration give. @throws EwsError */
export async function saveConfiguration(
  context: EwsContext,
  request: XmlElement,
  make: boolean,
): Promise<XmlObject> {
  const element = child(request, 'UserConfiguration');
  if (element === null) throw new SchemaError('UserConfiguration is missing.');
  const place = await readConfigurationName(context, child(element, 'UserConfigurationName'), 'write');
  const given = readConfiguration(element);
  try {
    await writeUserConfiguration(place.box.store, place, given, make);
  } catch (error) {
    if (error instanceof InvalidInputError) {
      throw new EwsError('ErrorDataSizeLimitExceeded', `The configuration cannot be kept: ${error.message}.`);
    }
    if (error instanceof DomainError && (error.code === 'exists' || error.code === 'too-many')) {
      throw new EwsError('ErrorItemSave', `The configuration cannot be kept: ${error.message}.`);
    }
    throw error;
  }
  return {};
}
