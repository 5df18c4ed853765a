/** A property as in jCal (RFC 7265 3.4): names and those of parameters in lower case, values as their type has them. */
export interface ICalProperty {
  name: string;
  params: Record<string, string | string[]>;
  /** `text`, `date-time`, `recur`, …; `unknown` where no standard says it, and then the value is as it stood. */
  type: string;
  values: unknown[];
}

export interface ICalComponent {
  /** In lower case: `vevent`. */
  name: string;
  /** Of its BEGIN, counted from 1; 0 for one that was made. */
  line: number;
  properties: ICalProperty[];
  components: ICalComponent[];
}

/** A line that could not be read, and was left out. */
export interface ICalWarning {
  line: number;
  detail: string;
}

/** jCal of a property (RFC 7265 3.4): `[name, params, type, ...values]`. */
export type JCalProperty = [string, Record<string, string | string[]>, string, ...unknown[]];
/** jCal of a component (RFC 7265 3.3): `[name, properties, components]`. */
export type JCalComponent = [string, JCalProperty[], JCalComponent[]];
