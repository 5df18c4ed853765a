import { statusRoot } from '../gate/refusal.ts';
import { STATUS } from '../status.ts';
import { httpError, type Reply, wbxml } from './reply.ts';
import { atLeast, type Version } from './versions.ts';

const { common: S } = STATUS;

type CommonStatus =
  | typeof S.invalidContent
  | typeof S.invalidWbxml
  | typeof S.invalidXml
  | typeof S.serverError
  | typeof S.mailboxFull;

/** What stands for a status in the versions that do not have it (MS-ASCMD 2.2.2). */
const HTTP: Readonly<Record<CommonStatus, number>> = {
  [S.invalidContent]: 400,
  [S.invalidWbxml]: 400,
  [S.invalidXml]: 400,
  [S.serverError]: 500,
  [S.mailboxFull]: 507,
};

/** The answer to a command that fails as a whole: in band from 14.0 on, by HTTP before. */
export function commonFailure(
  command: string,
  status: CommonStatus,
  version: Version,
  message: string,
): Reply {
  const root = atLeast(version, '14.0') ? statusRoot(command, status) : null;
  return root === null ? { kind: 'http', response: httpError(HTTP[status], message) } : wbxml(root);
}
