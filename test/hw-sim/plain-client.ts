// A plain RTSP client for the tests, written from RFC 2326 and RFC 2617 alone: it must not share the mistakes of
// the product's client or of the simulator.
import { createHash } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export interface Packet {
  /** RTP: 0 video, 2 audio; RTCP: 1 and 3. Over UDP too. */
  readonly channel: number;
  readonly bytes: Buffer;
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export class PlainClient {
  readonly packets: Packet[] = [];
  /** Everything that came over TCP, as it came. */
  raw = Buffer.alloc(0);
  /** Bytes between interleaved frames that belong to nothing. */
  strays = 0;
  /** In how many pieces it came. */
  pieces = 0;
  ended: 'open' | 'closed' | 'reset' = 'open';
  readonly url: string;
  readonly #socket: Socket;
  readonly #password: string;
  readonly #udp: UdpSocket[] = [];
  #input = Buffer.alloc(0);
  #cseq = 0;
  #login = '';
  #waiting: ((reply: Reply | null) => void) | undefined;

  constructor(port: number, password = 'simulated') {
    this.url = `rtsp://127.0.0.1:${port}/stream`;
    this.#password = password;
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (bytes) => this.#read(bytes));
    this.#socket.on('error', () => (this.ended = 'reset'));
    this.#socket.on('close', () => {
      if (this.ended === 'open') this.ended = 'closed';
      this.#waiting?.(null);
    });
  }

  /** Null when the connection ended instead. */
  async ask(method: string, url = this.url, headers = ''): Promise<Reply | null> {
    const response = md5(
      `${md5(`liuhen:Simulated camera:${this.#password}`)}:${this.#login}:${md5(`${method}:${url}`)}`,
    );
    const login = `Authorization: Digest username="liuhen", realm="Simulated camera", nonce="${this.#login}", uri="${url}", response="${response}"\r\n`;
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#socket.write(
        `${method} ${url} RTSP/1.0\r\nCSeq: ${++this.#cseq}\r\n${this.#login === '' ? '' : login}${headers}\r\n`,
      );
    });
  }

  /** Takes the nonce of a challenge and asks again, once. */
  async log(method: string, url = this.url, headers = ''): Promise<Reply | null> {
    const first = await this.ask(method, url, headers);
    if (first?.status !== 401) return first;
    this.#login = /nonce="([^"]*)"/.exec(first.head)?.[1] ?? '';
    return this.ask(method, url, headers);
  }

  /** Describes, sets up video and sound and plays. */
  async play(over: 'tcp' | 'udp' = 'tcp'): Promise<void> {
    const described = await this.log('DESCRIBE');
    const tracks = described?.body.includes('m=audio') ? [1, 2] : [1];
    let session = '';
    for (const track of tracks) {
      const channel = (track - 1) * 2;
      const transport =
        over === 'tcp'
          ? `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`
          : `RTP/AVP;unicast;client_port=${await this.#bind(channel)}`;
      const reply = await this.ask('SETUP', `${this.url}/track${track}`, `Transport: ${transport}\r\n`);
      if (reply?.status !== 200) throw new Error(`SETUP answered ${reply?.status ?? 'nothing'}`);
      session = /session: ([^;\r]+)/i.exec(reply.head)?.[1] ?? '';
    }
    await this.ask('PLAY', this.url, `Session: ${session}\r\n`);
  }

  /** Resolves when `holds`, looked at after everything that comes. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  of(channel: number): Buffer[] {
    return this.packets.filter((packet) => packet.channel === channel).map(({ bytes }) => bytes);
  }

  close(): void {
    this.#socket.destroy();
    for (const socket of this.#udp.splice(0)) socket.close();
  }

  async #bind(channel: number): Promise<string> {
    const socket = createSocket('udp4');
    this.#udp.push(socket);
    socket.on('message', (bytes) => this.packets.push({ channel, bytes }));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    return `${port}-${port + 1}`;
  }

  #read(bytes: Buffer): void {
    this.pieces += 1;
    this.raw = Buffer.concat([this.raw, bytes]);
    this.#input = Buffer.concat([this.#input, bytes]);
    for (;;) {
      const input = this.#input;
      const channel = input[1] ?? 255;
      // Version 2 in the first two bits (RFC 3550 §5.1), or it is not a frame.
      if (input[0] === 0x24 && channel < 4 && input.length >= 5 && input[4]! >> 6 === 2) {
        const end = 4 + input.readUInt16BE(2);
        if (input.length < end) return;
        this.packets.push({ channel, bytes: Buffer.from(input.subarray(4, end)) });
        this.#input = input.subarray(end);
      } else if (input.subarray(0, 5).toString('latin1') === 'RTSP/') {
        const head = input.indexOf('\r\n\r\n');
        if (head < 0) return;
        const text = input.toString('latin1', 0, head);
        const end = head + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
        if (input.length < end) return;
        this.#input = input.subarray(end);
        const body = input.toString('latin1', head + 4, end);
        this.#waiting?.({ status: Number(text.slice(9, 12)), head: text, body });
      } else if (input.length < 5) return;
      else {
        this.strays += 1;
        this.#input = input.subarray(1);
      }
    }
  }
}
