// Debian's mosquitto as a site's broker: TLS, client certificates made on the spot, one ACL pattern for all
// gateways. It can be killed and started again on its port.
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { monotonicTime, sleep } from '../../config/clock.ts';
import { brokerAcl } from '../../protocols/hq/broker-acl.ts';
import { run } from './judge.ts';

export interface ClientFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Mosquitto {
  readonly url: string;
  readonly port: number;
  readonly caFile: string;
  /** A certificate whose common name is the gateway's, or `headquarters`. */
  client(name: string): Promise<ClientFiles>;
  /** SIGKILL; what the broker held in memory is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

// A gateway's certificate names it, so that one pattern is enough for all of them, and none can speak for another.
const acl = brokerAcl();

/** Makes certificates and configuration in `folder` and starts the broker on a free port of loopback. */
export async function startMosquitto(folder: string): Promise<Mosquitto> {
  const file = (name: string): string => path.join(folder, name);
  await openssl(
    `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-ca -keyout`,
    file('ca.key'),
    '-out',
    file('ca.pem'),
  );
  const sign = async (name: string, extra: string): Promise<void> => {
    await writeFile(file(`${name}.ext`), extra);
    await openssl(
      `req -newkey rsa:2048 -nodes -subj /CN=${name} -keyout`,
      file(`${name}.key`),
      '-out',
      file(`${name}.csr`),
    );
    const byCa = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-extfile', file(`${name}.ext`)];
    const request = file(`${name}.csr`);
    await openssl('x509 -req -days 2 -CAcreateserial -in', request, ...byCa, '-out', file(`${name}.pem`));
  };
  await sign('server', 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  await writeFile(file('acl'), acl);
  const port = await freePort();
  await writeFile(
    file('mosquitto.conf'),
    [
      // It would become another user, who may not read the keys of this folder.
      'user root',
      'per_listener_settings false',
      `listener ${port} 127.0.0.1`,
      `cafile ${file('ca.pem')}`,
      `certfile ${file('server.pem')}`,
      `keyfile ${file('server.key')}`,
      'require_certificate true',
      'use_identity_as_username true',
      'allow_anonymous false',
      `acl_file ${file('acl')}`,
      'persistence false',
      'log_dest none',
      '',
    ].join('\n'),
  );
  let child: ChildProcess | null = null;
  const broker: Mosquitto = {
    url: `mqtts://127.0.0.1:${port}`,
    port,
    caFile: file('ca.pem'),
    client: async (name) => {
      await sign(name, 'extendedKeyUsage=clientAuth\n');
      return { caFile: file('ca.pem'), certFile: file(`${name}.pem`), keyFile: file(`${name}.key`) };
    },
    kill: async () => {
      const victim = child;
      child = null;
      if (victim === null || victim.exitCode !== null || victim.signalCode !== null) return;
      victim.kill('SIGKILL');
      await once(victim, 'exit');
    },
    start: async () => {
      const started = spawn('/usr/sbin/mosquitto', ['-c', file('mosquitto.conf')], { stdio: 'ignore' });
      child = started;
      const deadline = monotonicTime() + 10_000;
      while (!(await accepts(port))) {
        if (started.exitCode !== null || monotonicTime() > deadline)
          throw new Error('mosquitto did not start');
        await sleep(20);
      }
    },
  };
  await broker.start();
  return broker;
}

async function openssl(words: string, ...rest: string[]): Promise<void> {
  const { code, stderr } = await run('openssl', [...words.split(' '), ...rest]);
  if (code !== 0) throw new Error(`openssl: ${stderr}`);
}

/** Mosquitto cannot be asked to choose a port: one that was free a moment ago is taken. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(port, '127.0.0.1');
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
