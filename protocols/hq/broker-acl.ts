// The access list that a site's broker needs: one pattern for all gateways, one part for headquarters. Mosquitto's
// words (mosquitto.conf(5), acl_file); other brokers say the same otherwise. Certificates are the site's.

/** Below a gateway's own topics: what it writes. */
export const gatewayWrites = ['status', 'ledger', 'reply', 'room/+/state', 'json/#'] as const;
/** What it reads, and headquarters alone writes. */
export const gatewayReads = ['receipt', 'command'] as const;

/**
 * `%u` is the name in the client's certificate or login, so that no gateway can speak for another. `headquarters` is
 * the name of headquarters there.
 */
export function brokerAcl(headquarters = 'headquarters'): string {
  return [
    ...gatewayWrites.map((topic) => `pattern write liuhen/v1/+/+/%u/${topic}`),
    ...gatewayReads.map((topic) => `pattern read liuhen/v1/+/+/%u/${topic}`),
    '',
    `user ${headquarters}`,
    'topic read liuhen/v1/#',
    ...gatewayReads.map((topic) => `topic write liuhen/v1/+/+/+/${topic}`),
    '',
  ].join('\n');
}
