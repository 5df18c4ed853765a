import { folderSuite } from './suites/folders.ts';

folderSuite('d1');
