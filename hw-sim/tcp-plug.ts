// The cable of a simulated device, as a TCP port: plugged in it takes connections, pulled out it resets those that there
// are and takes none. What the device says is its own.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class TcpPlug {
  readonly #host: string;
  readonly #take: (socket: Socket) => void;
  readonly #sockets = new Set<Socket>();
  #port: number;
  #server: Server | null = null;
  #closed: Promise<void> = Promise.resolve();

  /** `port` 0: any, and the same again after it was pulled out. `take` gets each connection. */
  constructor(host: string, port: number, take: (socket: Socket) => void) {
    this.#host = host;
    this.#port = port;
    this.#take = take;
  }

  get port(): number {
    return this.#port;
  }

  /** `tcp://127.0.0.1:port`. */
  get address(): string {
    return `tcp://${this.#host}:${this.#port}`;
  }

  get plugged(): boolean {
    return this.#server !== null;
  }

  get sockets(): ReadonlySet<Socket> {
    return this.#sockets;
  }

  /** Plugs it in. Rejects when the port is taken. */
  plug(): Promise<void> {
    return new Promise((resolve, reject) => {
      const listening = createServer((socket) => {
        this.#sockets.add(socket);
        socket.setNoDelay(true);
        // A reset from the other side is a cable, not a fault of ours.
        socket.on('error', () => undefined);
        socket.once('close', () => this.#sockets.delete(socket));
        this.#take(socket);
      });
      listening.once('error', reject);
      listening.listen(this.#port, this.#host, () => {
        this.#server = listening;
        this.#port = (listening.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** Pulls it out. Safe twice. */
  unplug(): void {
    const server = this.#server;
    this.#server = null;
    if (server) this.#closed = new Promise((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Pulls it out, and resolves when the port is free. */
  async close(): Promise<void> {
    this.unplug();
    await this.#closed;
  }
}
