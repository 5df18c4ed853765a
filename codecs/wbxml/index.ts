/** WBXML as Exchange ActiveSync uses it (MS-ASWBXML). */
export type { EasVersion } from './code-pages.ts';
export { decodeWbxml } from './decode.ts';
export { type EncodeOptions, encodeWbxml, encodeWbxmlStream } from './encode.ts';
export { WbxmlDecodeError, WbxmlEncodeError } from './errors.ts';
export type { DecodeLimits } from './limits.ts';
export { wbxmlToXml } from './to-xml.ts';
export {
  bytesOf,
  child,
  children,
  el,
  type OpaqueStream,
  textOf,
  type WbxmlContent,
  type WbxmlElement,
  type WbxmlNode,
} from './tree.ts';
