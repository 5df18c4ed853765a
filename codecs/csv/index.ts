export { CsvError, readCsv } from './read.ts';
export { shielded, unshielded, writeCsv } from './write.ts';
