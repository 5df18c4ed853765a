import { moveItemsSuite } from './suites/move-items.ts';

moveItemsSuite('postgres');
