/** WBXML as Exchange ActiveSync uses it (MS-ASWBXML). */
export { decodeWbxml } from './decode.ts';
export { encodeWbxml, encodeWbxmlStream } from './encode.ts';
export { WbxmlDecodeError, WbxmlEncodeError } from './errors.ts';
export { wbxmlToXml } from './to-xml.ts';
export {
  bytesOf,
  child,
  children,
  el,
  type OpaqueStream,
  type TextStream,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from './tree.ts';
