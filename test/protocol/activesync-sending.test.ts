import { sendingSuite } from './suites/sending.ts';

sendingSuite('d1');
