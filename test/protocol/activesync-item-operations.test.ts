import { itemOperationsSuite } from './suites/item-operations.ts';

itemOperationsSuite('d1');
