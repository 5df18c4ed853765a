/** What the coverage page of EWS is compared with. */
interface Coverage {
  /** Names of the operations that there are. */
  operations(): string[];
  /** The tables of properties, from the first heading to the last line. */
  propertyTables(): Promise<string>;
  /** A page with these tables in their place. Throws when it has none. */
  withTables(page: string, tables: string): string;
}

/** Code of the Worker, of which this program does not have the types. */
export async function coverage(): Promise<Coverage> {
  return (await import(new URL('properties.worker.ts', import.meta.url).href)) as Coverage;
}
