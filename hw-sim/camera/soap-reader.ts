// Reads the SOAP requests that clients send (SOAP 1.2 Part 1 §5), with namespaces resolved. Written apart from
// the product's own reader, so that a mistake there does not agree with itself here. Replies are written by hand.

/** A request is at most this long and this deep; more is answered with a fault. */
export const maxSoapChars = 256 * 1024;
export const maxSoapDepth = 32;

export interface SoapNode {
  readonly namespace: string;
  readonly name: string;
  /** Names as written, with their prefix. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: SoapNode[];
  text: string;
}

export interface SoapRequest {
  readonly header: SoapNode | undefined;
  /** The one element inside the body. */
  readonly operation: SoapNode;
}

export const soap12 = 'http://www.w3.org/2003/05/soap-envelope';

/** Throws Error with a reason when `xml` is not a SOAP 1.2 envelope with one element in its body. */
export function readSoap(xml: string): SoapRequest {
  if (xml.length > maxSoapChars) throw new Error('the request is too long');
  const envelope = readXml(xml);
  if (envelope.name !== 'Envelope' || envelope.namespace !== soap12) throw new Error('no SOAP 1.2 envelope');
  const operation = find(envelope, 'Body')?.children[0];
  if (!operation) throw new Error('the body is empty');
  return { header: find(envelope, 'Header'), operation };
}

/** The first element of that name at any depth, in whatever namespace. */
export function find(node: SoapNode | undefined, name: string): SoapNode | undefined {
  for (const each of node?.children ?? []) {
    if (each.name === name) return each;
    const deeper = find(each, name);
    if (deeper) return deeper;
  }
  return undefined;
}

/** The text of the first such element; '' when there is none. */
export function textOf(node: SoapNode | undefined, name: string): string {
  return find(node, name)?.text.trim() ?? '';
}

const pieces =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;

function readXml(xml: string): SoapNode {
  const root: SoapNode = { namespace: '', name: '', attributes: new Map(), children: [], text: '' };
  const open: { node: SoapNode; written: string; scope: ReadonlyMap<string, string> }[] = [
    { node: root, written: '', scope: new Map() },
  ];
  let end = 0;
  const text = xml.replace(/^\uFEFF/, '');
  for (const piece of text.matchAll(pieces)) {
    end = piece.index + piece[0].length;
    const [, cdata, closing, written, attributes = '', empty, characters] = piece;
    const { node, scope, written: opened } = open.at(-1)!;
    if (cdata !== undefined) node.text += cdata;
    else if (characters !== undefined) node.text += unescape(characters);
    else if (closing === '/') {
      if (opened !== written) throw new Error(`</${written}> closes <${opened}>`);
      open.pop();
    } else if (written !== undefined) {
      if (open.length > maxSoapDepth) throw new Error('the request is too deep');
      const child = element(written, attributes, scope);
      node.children.push(child.node);
      if (empty !== '/') open.push(child);
    }
  }
  const [first] = root.children;
  if (end !== text.length || open.length !== 1 || !first) throw new Error('not well-formed XML');
  return first;
}

function element(
  written: string,
  attributeText: string,
  outer: ReadonlyMap<string, string>,
): { node: SoapNode; written: string; scope: ReadonlyMap<string, string> } {
  const attributes = new Map<string, string>();
  const scope = new Map(outer);
  for (const [, key, double, single] of attributeText.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    const value = unescape(double ?? single ?? '');
    if (key === 'xmlns') scope.set('', value);
    else if (key!.startsWith('xmlns:')) scope.set(key!.slice(6), value);
    else attributes.set(key!, value);
  }
  const colon = written.indexOf(':');
  const prefix = colon < 0 ? '' : written.slice(0, colon);
  const namespace = scope.get(prefix);
  if (namespace === undefined && prefix !== '') throw new Error(`the prefix ${prefix} is not declared`);
  const node = {
    namespace: namespace ?? '',
    name: written.slice(colon + 1),
    attributes,
    children: [],
    text: '',
  };
  return { node, written, scope };
}

function unescape(text: string): string {
  return text.replace(/&(#x?[\da-f]+|\w+);/gi, (whole, name: string) => {
    const known: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
    if (!name.startsWith('#')) {
      const found = known[name];
      if (found === undefined) throw new Error(`the entity ${whole} is not declared`);
      return found;
    }
    const code = name[1]!.toLowerCase() === 'x' ? parseInt(name.slice(2), 16) : Number(name.slice(1));
    if (!(code > 0 && code <= 0x10ffff)) throw new Error(`${whole} is no character`);
    return String.fromCodePoint(code);
  });
}
