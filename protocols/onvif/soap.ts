// SOAP 1.2 envelopes: the builder, and the strict reader, which is the one door to fast-xml-parser. What an
// operation's elements mean is left to the files named after the services.
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { LiuhenError } from '../../config/errors.ts';
import { maxDepth, maxEnvelopeChars } from './limits.ts';

/** An element with namespaces taken off; text stays text, so the token "007" is never the number 7. */
export interface XmlElement {
  readonly [name: string]: unknown;
}

const repeated = new Set(['Profiles', 'Service']);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  htmlEntities: true,
  // The count below can be misled by a ">" inside an attribute or a comment; the parser's own cannot.
  maxNestedTags: maxDepth,
  isArray: (name) => repeated.has(name),
});

/** Text made safe between tags and inside attributes (XML 1.0 §2.4). */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A whole SOAP 1.2 envelope (SOAP 1.2 Part 1 §5.1) around XML that is already made. */
export function buildEnvelope(body: string, header = ''): string {
  const head = header === '' ? '' : `<s:Header>${header}</s:Header>`;
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">${head}<s:Body>${body}</s:Body></s:Envelope>`;
}

/**
 * Header and body of an envelope, for messages whose header matters (WS-Addressing). The same limits and errors
 * as readEnvelope; a header that is left out or empty is an element without children.
 */
export function readMessage(xml: string): { readonly header: XmlElement; readonly body: XmlElement } {
  if (xml.length > maxEnvelopeChars) throw unreadable(`longer than ${maxEnvelopeChars} characters`);
  // A document type may define entities that grow without end; SOAP 1.2 Part 1 §5 forbids it anyway.
  if (/<!DOCTYPE/i.test(xml)) throw unreadable('it has a document type');
  checkDepth(xml);
  const envelope = child(parse(xml), 'Envelope');
  const body = child(envelope, 'Body');
  if (body === undefined) throw unreadable('no SOAP body');
  const fault = child(body, 'Fault');
  if (fault !== undefined) throw faultError(fault);
  return { header: child(envelope, 'Header') ?? {}, body };
}

/**
 * The body's element `name` from a reply. Throws ONVIF_REPLY_UNREADABLE for anything that is not such an
 * envelope or is over a limit, ONVIF_NOT_AUTHORIZED and ONVIF_FAULT for SOAP faults (SOAP 1.2 Part 1 §5.4).
 */
export function readEnvelope(xml: string, name: string): XmlElement {
  const { body } = readMessage(xml);
  // An empty element is read as an empty text: an answer without fields.
  if (body[name] === '') return {};
  const answer = child(body, name);
  if (answer === undefined) throw unreadable(`no ${name}`);
  return answer;
}

function parse(xml: string): XmlElement {
  let root: unknown;
  try {
    const valid = XMLValidator.validate(xml);
    if (valid !== true) throw unreadable(`not well-formed at line ${valid.err.line}`);
    root = parser.parse(xml);
  } catch (cause) {
    if (cause instanceof LiuhenError) throw cause;
    throw new LiuhenError('ONVIF_REPLY_UNREADABLE', { reason: 'not XML', fault: 'bad-reply' }, { cause });
  }
  if (!isElement(root)) throw unreadable('not XML');
  return root;
}

// Before the parser sees it, because the parser descends as deep as the text asks.
function checkDepth(xml: string): void {
  let depth = 0;
  for (let at = xml.indexOf('<'); at !== -1; at = xml.indexOf('<', at + 1)) {
    const next = xml[at + 1];
    if (next === '/') depth -= 1;
    else if (next !== '?' && next !== '!') {
      const end = xml.indexOf('>', at);
      if (end === -1) return;
      if (xml[end - 1] !== '/') depth += 1;
    }
    if (depth > maxDepth) throw unreadable(`deeper than ${maxDepth} elements`);
  }
}

function faultError(fault: XmlElement): LiuhenError {
  const code = child(fault, 'Code');
  let inner = child(code, 'Subcode');
  const codes = [text(code, 'Value')];
  for (let level = 0; inner !== undefined && level < 4; level += 1) {
    codes.push(text(inner, 'Value'));
    inner = child(inner, 'Subcode');
  }
  const names = codes.filter((value) => value !== undefined).map((value) => value.replace(/^.*:/, ''));
  const subcode = names.join('/').slice(0, 200);
  // ONVIF Core §5.12 names ter:NotAuthorized; WSS SOAP Message Security §12 names FailedAuthentication.
  if (names.includes('NotAuthorized') || names.includes('FailedAuthentication'))
    return new LiuhenError('ONVIF_NOT_AUTHORIZED', { subcode, fault: 'wrong-password' });
  return new LiuhenError('ONVIF_FAULT', { subcode, fault: 'bad-reply' });
}

function isElement(value: unknown): value is XmlElement {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first child element of that name, or undefined. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return children(element, name)[0];
}

/** All child elements of that name; none is an empty list. */
export function children(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  const value = element?.[name];
  return (Array.isArray(value) ? value : [value]).filter(isElement);
}

/** The text of the first child of that name (or of an attribute, `@token`), or undefined. */
export function text(element: XmlElement | undefined, name: string): string | undefined {
  const value: unknown = element?.[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'string') return first;
  const inner = isElement(first) ? first['#text'] : undefined;
  return typeof inner === 'string' ? inner : undefined;
}

/** The error for a reply that cannot be used; the reason never quotes the reply. */
export function unreadable(reason: string): LiuhenError {
  return new LiuhenError('ONVIF_REPLY_UNREADABLE', { reason, fault: 'bad-reply' });
}
