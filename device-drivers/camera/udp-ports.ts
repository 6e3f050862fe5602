// A pair of UDP sockets for one track (RFC 3550 §11: an even port for RTP, the next one for RTCP). Packets are
// taken from the camera's own address only.
import dgram from 'node:dgram';
import { LiuhenError } from '../../config/errors.ts';

export interface UdpPair {
  readonly rtpPort: number;
  sendRtcp(payload: Buffer, port: number): void;
  close(): void;
}

const tries = 20;
/** A burst of an intra frame must fit until it is read. */
const receiveBufferBytes = 2 * 1024 * 1024;

export async function openUdpPair(
  localAddress: string,
  cameraAddress: string,
  onRtp: (packet: Buffer) => void,
  onRtcp: (packet: Buffer) => void,
): Promise<UdpPair> {
  const type = localAddress.includes(':') ? 'udp6' : 'udp4';
  for (let i = 0; i < tries; i += 1) {
    const rtp = await bind(type, localAddress, 0);
    const { port } = rtp.address();
    let rtcp: dgram.Socket | null = null;
    if (port % 2 === 0) rtcp = await bind(type, localAddress, port + 1).catch(() => null);
    if (rtcp === null) {
      rtp.close(); // an odd port, or its neighbour is taken
      continue;
    }
    const control = rtcp;
    const only = (take: (packet: Buffer) => void) => (packet: Buffer, from: dgram.RemoteInfo) => {
      if (from.address === cameraAddress) take(packet);
    };
    rtp.on('message', only(onRtp)).on('error', () => undefined);
    control.on('message', only(onRtcp)).on('error', () => undefined);
    try {
      rtp.setRecvBufferSize(receiveBufferBytes);
    } catch {
      // the kernel's limit is smaller: it gives what it allows
    }
    return {
      rtpPort: port,
      sendRtcp: (payload, to) => control.send(payload, to, cameraAddress, () => undefined),
      close: () => {
        rtp.close();
        control.close();
      },
    };
  }
  throw new LiuhenError('CAMERA_STREAM', {
    host: cameraAddress,
    fault: 'unreachable',
    why: 'no pair of UDP ports is free',
  });
}

function bind(type: 'udp4' | 'udp6', address: string, port: number): Promise<dgram.Socket> {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket({ type });
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
