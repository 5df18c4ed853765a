/** Compares the tables of properties in docs/ews-coverage.md with those of the code, or writes them (`--write`). */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { installHooks } from '../../support/in-process/hooks.ts';
import { coverage } from './coverage.ts';

installHooks();
const { propertyTables, withTables } = await coverage();
const file = resolve(import.meta.dirname, '../../../docs/ews-coverage.md');
const page = readFileSync(file, 'utf8');
const made = withTables(page, await propertyTables());
if (process.argv.includes('--write')) {
  writeFileSync(file, made);
  console.log(made === page ? 'the tables were as they should be' : 'the tables are written');
} else {
  console.log(made === page ? 'ok' : 'FAIL the tables of docs/ews-coverage.md are not those of the code');
  process.exitCode = made === page ? 0 : 1;
}
