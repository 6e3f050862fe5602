// The control process with a ledger that opens when the parent says so. Tells the parent what it appends.
import { runControl } from '../../../../gateway/control-process.ts';

const tell = (what: string): void => {
  process.send?.({ fake: what });
};

runControl({
  openLedger: async () => {
    tell('opening');
    await new Promise<void>((resolve) => {
      process.on('message', (message) => {
        if (message === 'go') resolve();
      });
    });
    let seq = 0;
    return {
      epoch: 1,
      publicKeyPem: 'key',
      signText: () => ({ signature: new Uint8Array(64), keySha256: new Uint8Array(32) }),
      sign: () => ({ signature: new Uint8Array(64), keySha256: new Uint8Array(32) }),
      head: () => ({ seq, headHex: '' }),
      append: async (body) => {
        tell(body.case);
        return { seq: ++seq };
      },
      checkpoint: async () => undefined,
      refillReserve: () => true,
      enterClosed: async () => undefined,
      hasProof: async () => true,
      prove: async () => undefined,
      close: async () => undefined,
    };
  },
  startBroker: async () => null,
  openUplink: () => Promise.reject(new Error('no headquarters here')),
  resolveCamera: () => Promise.reject(new Error('no camera here')),
});
