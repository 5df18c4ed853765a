import type { XmlObject } from '../../../codecs/soap/write.ts';

/** What is wrong with one operation on rules (MS-OXWSRULES 2.2.4.14). */
export interface RuleFault {
  /** RuleFieldURIType, e.g. `Action:MoveToFolder`. */
  field: string;
  /** RuleValidationErrorCodeType */
  code: string;
  text: string;
  value: string;
}

/** Collects what is wrong with one operation. */
export class RuleFaults {
  readonly list: RuleFault[] = [];

  add(field: string, code: string, text: string, value = ''): void {
    this.list.push({ field, code, text, value: value.slice(0, 255) });
  }
}

/** RuleOperationErrors; null when nothing is wrong. Operations count from 0. */
export function operationErrors(faults: ReadonlyMap<number, readonly RuleFault[]>): XmlObject | null {
  const wrong = [...faults].filter(([, list]) => list.length > 0).sort(([a], [b]) => a - b);
  if (wrong.length === 0) return null;
  return {
    RuleOperationError: wrong.map(([index, list]) => ({
      OperationIndex: index,
      ValidationErrors: {
        Error: list.map(({ field, code, text, value }) => ({
          FieldURI: field,
          ErrorCode: code,
          ErrorMessage: text,
          FieldValue: value,
        })),
      },
    })),
  };
}
