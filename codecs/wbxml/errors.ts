/** Why a document was refused. */
export type DecodeCode =
  | 'empty'
  | 'too-large'
  | 'truncated'
  | 'bad-header'
  | 'bad-charset'
  | 'bad-integer'
  | 'bad-string-table'
  | 'bad-page'
  | 'bad-tag'
  | 'bad-token'
  | 'bad-entity'
  | 'bad-utf8'
  | 'misplaced'
  | 'too-deep'
  | 'too-many-nodes'
  | 'too-much-text';

/** The bytes are not an acceptable document. `offset` is where reading stopped. */
export class WbxmlDecodeError extends Error {
  readonly code: DecodeCode;
  readonly offset: number;

  constructor(code: DecodeCode, offset: number) {
    super(`wbxml: ${code} at byte ${offset}`);
    this.name = 'WbxmlDecodeError';
    this.code = code;
    this.offset = offset;
  }
}

/** A tree that must not be written. */
export class WbxmlEncodeError extends Error {
  readonly code: 'unknown-tag' | 'tag-not-in-version' | 'bad-content' | 'stream-not-allowed' | 'wrong-length';

  constructor(code: WbxmlEncodeError['code'], detail: string) {
    super(`wbxml: ${code}: ${detail}`);
    this.name = 'WbxmlEncodeError';
    this.code = code;
  }
}
