import data from './schema.data.json' with { type: 'json' };

/**
 * What the schema of Exchange Web Services says of the order of elements in answers. Types are named `t:ItemType` and
 * `m:ItemInfoResponseMessageType` by the namespace that declares them, which is also that of their elements.
 */
export interface SchemaData {
  /** Type of each element that can stand in the SOAP body of an answer. */
  roots: Record<string, string>;
  types: Record<
    string,
    {
      base?: string;
      /**
       * `Name` or `Name=type`, in order, with spaces between; `!` behind a type that must be there, the prefix before an
       * element of the other namespace.
       */
      elements: string;
      /** Elements come in the order of the data, any number of times. */
      list?: boolean;
    }
  >;
}

export interface SchemaElement {
  name: string;
  prefix: 't' | 'm';
  /** null: of a simple type. */
  type: string | null;
  /** It has children of its own and must be there. */
  needed?: boolean;
  /** Name with its prefix. */
  tag?: string;
  /** Among the elements of its type. */
  place?: number;
}

export interface SchemaType {
  elements: SchemaElement[];
  byName: Map<string, SchemaElement>;
  list: boolean;
}

const schema = data as SchemaData;
const known = new Map<string, SchemaType>();

/** Type of an element of the SOAP body, or null when there is no such answer. */
export function rootType(name: string): string | null {
  return schema.roots[name] ?? null;
}

/** Element of the SOAP body with which an operation is answered: two of them bear another name. null: no operation. */
export function answerElement(operation: string): string | null {
  return [`${operation}Response`, `${operation}ResponseMessage`].find((name) => name in schema.roots) ?? null;
}

/** Elements of a type, those of what it extends first. Throws for a type that is not in the schema. */
export function schemaType(name: string): SchemaType {
  let type = known.get(name);
  if (type === undefined) {
    const declared = schema.types[name];
    if (declared === undefined) throw new Error(`the schema has no type ${name}`);
    const base = declared.base === undefined ? null : schemaType(declared.base);
    const prefix = name.startsWith('m:') ? 'm' : 't';
    const own = declared.elements.split(' ').flatMap((one): SchemaElement[] => {
      const [named = '', of] = one.replace('!', '').split('=', 2);
      const other = /^([tm]):(.*)$/.exec(named);
      const element = { name: other?.[2] ?? named, prefix: (other?.[1] as 't' | 'm' | undefined) ?? prefix };
      return named === '' ? [] : [{ ...element, type: of ?? null, needed: one.endsWith('!') }];
    });
    const elements = [...(base?.elements ?? []), ...own].map((one, place) => ({
      ...one,
      ...{ tag: `${one.prefix}:${one.name}`, place },
    }));
    type = {
      elements,
      byName: new Map(elements.map((one) => [one.name, one])),
      list: declared.list === true || base?.list === true,
    };
    known.set(name, type);
  }
  return type;
}
