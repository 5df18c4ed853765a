import * as z from 'zod';

export type Json = Record<string, unknown>;

/** Writes zod schemas as JSON Schema, which OpenAPI 3.1 takes as it is. */
export interface SchemaWriter {
  /** Schemas that have a name are references to `#/components/schemas/<name>`. */
  write(type: z.ZodType): Json;
  /** Those that were written so far. */
  readonly components: Readonly<Record<string, Json>>;
}

export function schemaWriter(named: Iterable<readonly [name: string, type: z.ZodType]>): SchemaWriter {
  const components: Record<string, Json> = {};
  const metadata = new Named(named);
  return {
    components,
    write(type) {
      const written = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any', metadata, override: tidy });
      const {
        $schema: _schema,
        $defs = {},
        ...schema
      } = JSON.parse(JSON.stringify(written).replaceAll('"#/$defs/', '"#/components/schemas/')) as {
        $schema?: string;
        $defs?: Record<string, Json>;
      } & Json;
      Object.assign(components, $defs);
      return schema;
    },
  };
}

type Meta = z.core.JSONSchemaMeta;

/** What schemas say of themselves, and the names of those that have one here. */
class Named extends z.core.$ZodRegistry<Meta> {
  constructor(named: Iterable<readonly [name: string, type: z.ZodType]>) {
    super();
    for (const [id, type] of named) this.add(type, { id });
  }
  override get(type: z.core.$ZodType): Meta | undefined {
    const name = super.get(type);
    return name === undefined ? z.globalRegistry.get(type) : { ...z.globalRegistry.get(type), ...name };
  }
  override has(type: z.core.$ZodType): boolean {
    return super.has(type) || z.globalRegistry.has(type);
  }
}

/** Bounds that every number of JavaScript has say nothing. */
function tidy({ jsonSchema }: { jsonSchema: Json }): void {
  if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum'];
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum'];
}
