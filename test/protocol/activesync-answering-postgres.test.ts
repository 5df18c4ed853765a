import { answeringSuite } from './suites/answering.ts';

answeringSuite('postgres');
