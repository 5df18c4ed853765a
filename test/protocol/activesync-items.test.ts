import { itemSuite } from './suites/items.ts';

itemSuite('d1');
