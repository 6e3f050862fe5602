// What liuhen uses of node-onvif 0.1.7, which brings no types: the probe, nothing else.
declare module 'node-onvif' {
  // Texts as a rule, but objects where a device puts attributes on the element.
  interface Probed {
    readonly urn: unknown;
    readonly name: unknown;
    readonly hardware: unknown;
    readonly xaddrs: readonly string[];
  }
  const onvif: { startProbe(): Promise<readonly Probed[]> };
  export default onvif;
}
