import { itemSuite } from './suites/items.ts';

itemSuite('postgres');
