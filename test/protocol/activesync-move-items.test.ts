import { moveItemsSuite } from './suites/move-items.ts';

moveItemsSuite('d1');
