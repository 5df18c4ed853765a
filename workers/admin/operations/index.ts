import { accountOperations } from './accounts.ts';
import { credentialOperations } from './credentials.ts';
import { deviceOperations } from './devices.ts';
import { erasureOperations } from './erasure.ts';
import { keepingOperations } from './keeping.ts';
import { mailOperations } from './mail.ts';
import { peopleOperations } from './people.ts';
import { runningOperations } from './running.ts';
import { sendingOperations } from './sending.ts';
import type { Operations } from './shape.ts';
import { tenantOperations } from './tenants.ts';
import { transferOperations } from './transfer.ts';
import { webhookOperations } from './webhooks.ts';

/** Every route of the admin API, by the name that it has in the table of access. */
export const OPERATIONS: Operations = {
  ...tenantOperations,
  ...accountOperations,
  ...erasureOperations,
  ...credentialOperations,
  ...deviceOperations,
  ...peopleOperations,
  ...mailOperations,
  ...sendingOperations,
  ...keepingOperations,
  ...transferOperations,
  ...runningOperations,
  ...webhookOperations,
};
