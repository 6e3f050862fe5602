// The one door to node-onvif: its probe as a second opinion on the search of discover.ts. Its probe is one shared
// object that cannot run twice at a time, so callers who come while it runs share its answer.
import onvif from 'node-onvif';
import { maxServiceAddresses, maxWordChars } from '../../protocols/onvif/limits.ts';
import { maxDevices } from './discover.ts';

export interface SecondOpinion {
  readonly endpoint: string;
  readonly name: string;
  readonly hardware: string;
  /** As announced; node-onvif does not tell who sent the answer, so no host in here is to be trusted. */
  readonly serviceAddresses: readonly string[];
}

type StartProbe = typeof onvif.startProbe;

/**
 * Answers a function that searches by multicast on the default interface; it takes three seconds (node-onvif's own
 * wait) and rejects with the error of the socket. Calls that overlap are one search.
 */
export function sharedProbe(
  startProbe: StartProbe = () => onvif.startProbe(),
): () => Promise<readonly SecondOpinion[]> {
  // A second startProbe while one runs never resolves, in node-onvif 0.1.7.
  let running: Promise<readonly SecondOpinion[]> | null = null;
  return () => {
    running ??= startProbe()
      .then((devices) =>
        devices
          .slice(0, maxDevices)
          .map(bounded)
          .filter((one) => one.endpoint !== ''),
      )
      .finally(() => {
        running = null;
      });
    return running;
  };
}

/** The product's one: node-onvif is one object for the whole process. */
export const probeWithNodeOnvif = sharedProbe();

function bounded(device: Awaited<ReturnType<StartProbe>>[number]): SecondOpinion {
  return {
    endpoint: word(device.urn),
    name: word(device.name),
    hardware: word(device.hardware),
    serviceAddresses: device.xaddrs
      .filter((url) => url !== '' && url.length <= maxWordChars)
      .slice(0, maxServiceAddresses),
  };
}

function word(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, maxWordChars) : '';
}
