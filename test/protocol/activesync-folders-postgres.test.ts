import { folderSuite } from './suites/folders.ts';

folderSuite('postgres');
