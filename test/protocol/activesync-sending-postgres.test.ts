import { sendingSuite } from './suites/sending.ts';

sendingSuite('postgres');
