import { itemOperationsSuite } from './suites/item-operations.ts';

itemOperationsSuite('postgres');
