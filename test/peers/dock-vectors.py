# Reads every vector of protocols/dock/vectors with nothing of the product: CRC-32C bit by bit, COBS by the paper's
# rules, and a protobuf writer that takes field numbers from dock.proto. Prints one line per fault; exit 1 then.
import json
import re
import sys

folder, faults = sys.argv[1], []


def crc32c(data):
    rest = 0xFFFFFFFF
    for byte in data:
        rest ^= byte
        for _ in range(8):
            rest = (rest >> 1) ^ (0x82F63B78 if rest & 1 else 0)
    return rest ^ 0xFFFFFFFF


def uncobs(coded):
    out, at = bytearray(), 0
    while at < len(coded):
        code = coded[at]
        out += coded[at + 1:at + code]
        at += code
        if code < 255 and at < len(coded):
            out.append(0)
    return bytes(out)


def expect(what, got, wanted):
    if got != wanted:
        faults.append(f'{what}: {got!r} is not {wanted!r}')


def read_contract():
    messages, enums = {}, {}
    text = re.sub(r'//.*', '', open(f'{folder}/../dock.proto', encoding='utf-8').read())
    for name, body in re.findall(r'enum (\w+) \{(.*?)\}', text, re.S):
        enums[name] = {word.lower().replace('_', '-'): int(n) for word, n in re.findall(r'(\w+) = (\d+);', body)}
    for name, body in re.findall(r'message (\w+) \{((?:[^{}]|\{[^{}]*\})*)\}', text):
        messages[name] = {field: (kind, int(n)) for kind, field, n in re.findall(r'(\w+) (\w+) = (\d+);', body)}
    return messages, enums


messages, enums = read_contract()
snake = lambda name: re.sub(r'([A-Z])', lambda m: '_' + m[1].lower(), name)


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def field(kind, number, value):
    if kind in messages or kind in ('string', 'bytes'):
        body = message(kind, value) if kind in messages else value.encode() if kind == 'string' else bytes.fromhex(value)
        return b'' if not body and kind not in messages else varint(number << 3 | 2) + varint(len(body)) + body
    value = enums[kind][value] if kind in enums else int(value)
    return varint(number << 3) + varint(value) if value else b''


def message(name, value):
    parts = []
    for key, inner in value.items():
        kind, number = messages[name][snake(key)]
        parts += [(number, field(kind, number, one)) for one in (inner if isinstance(inner, list) else [inner])]
    return b''.join(part for _, part in sorted(parts, key=lambda pair: pair[0]))


def runs(vector, which):
    return bytes.fromhex(vector.get(which) or ''.join(byte * count for byte, count in vector.get(which + 'Runs', [])))


load = lambda name: json.load(open(f'{folder}/{name}.json', encoding='utf-8'))['vectors']
for vector in load('crc32c'):
    expect(vector['what'], f"{crc32c(bytes.fromhex(vector['hex'])):08x}", vector['crc'])
for vector in load('cobs'):
    expect(vector['what'], uncobs(runs(vector, 'coded')), runs(vector, 'plain'))
types = {'request': ('Request', 1), 'reply': ('Reply', 2), 'error': ('Refusal', 3), 'event': ('Event', 4)}
frames = load('frames')
for vector in frames:
    what, wire = vector['what'], bytes.fromhex(vector['hex'])
    name, number = types[vector['type']]
    expect(f'{what}: zeroes', (wire.count(0), wire[-1]), (1, 0))
    bare = uncobs(wire[:-1])
    body = vector['message']
    payload = message(name, {body['case']: body['value']} if 'case' in body else body)
    head = bytes([vector['version'], number]) + vector['sequence'].to_bytes(2, 'big')
    expect(what, bare[:-4].hex(), (head + payload).hex())
    expect(f'{what}: check', bare[-4:].hex(), f'{crc32c(bare[:-4]):08x}')
print('\n'.join(faults) if faults else f'{len(frames)} frames agree')
sys.exit(1 if faults else 0)
