import { answeringSuite } from './suites/answering.ts';

answeringSuite('d1');
