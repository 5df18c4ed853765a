import { mailboxOperationsSuite } from './suites/mailbox-operations.ts';

mailboxOperationsSuite('d1');
