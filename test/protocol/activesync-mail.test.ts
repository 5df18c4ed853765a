import { mailSuite } from './suites/mail.ts';

mailSuite('d1');
