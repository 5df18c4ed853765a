/** Path under which every address below is found. */
export const ADMIN_BASE_PATH = '/admin/v1';

/** Content type of errors (RFC 9457 3). */
export const PROBLEM_TYPE = 'application/problem+json';

/** An error (RFC 9457). `code` is stable and for programs, `detail` is for people. */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  code: string;
  detail: string;
  correlationId: string;
}

/** A page of a list; `cursor` goes into the query of the next request and is null on the last page. */
export interface Page<T> {
  items: T[];
  cursor: string | null;
}
