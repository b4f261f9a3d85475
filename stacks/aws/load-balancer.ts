/** How the cluster's cloud controller makes load balancers (kubernetes.io/docs/concepts/services-networking/service/). */

const prefix = "service.beta.kubernetes.io/aws-load-balancer";

/** @param fromInternet whether it is reached from the internet, or only from the network. */
export function loadBalancer(fromInternet: boolean): Record<string, string> {
  return {
    // Passes TLS through, and keeps the address of who connects.
    [`${prefix}-type`]: "nlb",
    [`${prefix}-cross-zone-load-balancing-enabled`]: "true",
    ...(!fromInternet && { [`${prefix}-internal`]: "true" }),
  };
}
