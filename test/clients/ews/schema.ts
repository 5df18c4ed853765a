/** Validates answers of Exchange Web Services against their schema, where it is at hand. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { XsdValidator } from 'libxml2-wasm';

const FOLDER = resolve(process.env['WAYPOST_SHARED'] ?? '../shared', 'ews/xsd');

/** Without the schema, which is no part of this project, answers are read but not validated. */
const hasSchema = existsSync(FOLDER);

let validator: Promise<{ validate(xml: string): string[] }> | null = null;

async function load(): Promise<{ validate(xml: string): string[] }> {
  const { XmlDocument, XsdValidator: Validator, ParseOption } = await import('libxml2-wasm');
  const { xmlRegisterFsInputProviders } = await import('libxml2-wasm/lib/nodejs.mjs');
  xmlRegisterFsInputProviders();
  const url = pathToFileURL(resolve(FOLDER, 'ews-all.xsd')).href;
  const { readFileSync } = await import('node:fs');
  const schema = XmlDocument.fromBuffer(readFileSync(resolve(FOLDER, 'ews-all.xsd')), {
    url: resolve(FOLDER, 'ews-all.xsd'),
  });
  void url;
  const xsd: XsdValidator = Validator.fromDoc(schema);
  return {
    validate(xml) {
      const document = XmlDocument.fromString(xml, { option: ParseOption.XML_PARSE_HUGE });
      try {
        xsd.validate(document);
        return [];
      } catch (error) {
        const { details } = error as { details?: { message: string }[] };
        return details?.map((one) => one.message.trim()) ?? [String(error)];
      } finally {
        document.dispose();
      }
    },
  };
}

/** What is wrong with an answer, nothing when it is valid or when the schema is not at hand. */
export async function schemaFaults(xml: string): Promise<string[]> {
  if (!hasSchema) return [];
  validator ??= load();
  return (await validator).validate(xml);
}
