/** Every policy, by area. A policy is its own file; this list makes it part of every check. */

import type { Policy } from "../engine/policy.ts";
import { backupLocation } from "./copies/backup-location.ts";
import { backupVaultCopy } from "./copies/backup-vault-copy.ts";
import { brokerReplication } from "./copies/broker-replication.ts";
import { bucketReplication } from "./copies/bucket-replication.ts";
import { bucketReportTarget } from "./copies/bucket-report-target.ts";
import { dataTransferService } from "./copies/data-transfer-service.ts";
import { databaseReplica } from "./copies/database-replica.ts";
import { fileSystemReplication } from "./copies/file-system-replication.ts";
import { globalDatabase } from "./copies/global-database.ts";
import { keyMultiRegion } from "./copies/key-multi-region.ts";
import { keyStoreOutside } from "./copies/key-store-outside.ts";
import { multiRegionAccessPoint } from "./copies/multi-region-access-point.ts";
import { networkVolume } from "./copies/network-volume.ts";
import { registryReplication } from "./copies/registry-replication.ts";
import { secretReplica } from "./copies/secret-replica.ts";
import { snapshotClass } from "./copies/snapshot-class.ts";
import { snapshotCopy } from "./copies/snapshot-copy.ts";
import { tableReplica } from "./copies/table-replica.ts";
import { admissionWebhook } from "./flows/admission-webhook.ts";
import { aggregation } from "./flows/aggregation.ts";
import { crossRegionInference } from "./flows/cross-region-inference.ts";
import { deliveryStream } from "./flows/delivery-stream.ts";
import { eventTarget } from "./flows/event-target.ts";
import { logDelivery } from "./flows/log-delivery.ts";
import { messageBridge } from "./flows/message-bridge.ts";
import { metricsSink } from "./flows/metrics-sink.ts";
import { pageSources } from "./flows/page-sources.ts";
import { productTelemetry } from "./flows/product-telemetry.ts";
import { secretStore } from "./flows/secret-store.ts";
import { telemetryService } from "./flows/telemetry-service.ts";
import { topicSubscription } from "./flows/topic-subscription.ts";
import { unregisteredHost } from "./flows/unregistered-host.ts";
import { backupDestination } from "./governance/backup-destination.ts";
import { breachNotice } from "./governance/breach-notice.ts";
import { clusterPlace } from "./governance/cluster-place.ts";
import { liveChanged, liveExtra, liveMissing } from "./governance/drift.ts";
import { endpointAbroad } from "./governance/endpoint-abroad.ts";
import { inputUnread } from "./governance/input-unread.ts";
import { registrationMissing } from "./governance/registration-missing.ts";
import { remoteAccess } from "./governance/remote-access.ts";
import { retentionBeyondClass } from "./governance/retention-beyond-class.ts";
import { smallCells } from "./governance/small-cells.ts";
import { transferEvidence } from "./governance/transfer-evidence.ts";
import { unmappedType } from "./governance/unmapped-type.ts";
import { valueUnknown } from "./governance/value-unknown.ts";
import { waiverExpired, waiverUnsigned, waiverUnused } from "./governance/waivers.ts";
import { admissionPolicies } from "./kubernetes/admission-policies.ts";
import { claimStorageClass } from "./kubernetes/claim-storage-class.ts";
import { defaultDenyEgress, defaultDenyIngress } from "./kubernetes/default-deny.ts";
import { egressRules } from "./kubernetes/egress-rules.ts";
import { endpointsOutside } from "./kubernetes/endpoints-outside.ts";
import { externalName } from "./kubernetes/external-name.ts";
import { hostAccess } from "./kubernetes/host-access.ts";
import { imageRegistry } from "./kubernetes/image-registry.ts";
import { imageUnpinned } from "./kubernetes/image-unpinned.ts";
import { namespaceSecurity } from "./kubernetes/namespace-security.ts";
import { podSecurity } from "./kubernetes/pod-security.ts";
import { podZones } from "./kubernetes/pod-zones.ts";
import { rights } from "./kubernetes/rights.ts";
import { serviceAccountToken } from "./kubernetes/service-account-token.ts";
import { storageClassTopology } from "./kubernetes/storage-class-topology.ts";
import { unrenderedChart } from "./kubernetes/unrendered-chart.ts";
import { workloadBasics } from "./kubernetes/workload-basics.ts";
import { certificateAuthority } from "./network/certificate-authority.ts";
import { contentNetwork } from "./network/content-network.ts";
import { edgeAnnotation } from "./network/edge-annotation.ts";
import { edgeOptimisedApi } from "./network/edge-optimised-api.ts";
import { externalAddresses } from "./network/external-addresses.ts";
import { loadBalancerSources } from "./network/load-balancer-sources.ts";
import { localZoneRoute } from "./network/local-zone-route.ts";
import { multiCluster } from "./network/multi-cluster.ts";
import { openEgress } from "./network/open-egress.ts";
import { peeringAbroad } from "./network/peering-abroad.ts";
import { queryLog } from "./network/query-log.ts";
import { strictGateway } from "./network/strict-gateway.ts";
import { accountUnlisted } from "./place/account-unlisted.ts";
import { arnAbroad } from "./place/arn-abroad.ts";
import { assignedAddress } from "./place/assigned-address.ts";
import { clusterContext } from "./place/cluster-context.ts";
import { dataClassUnstated } from "./place/data-class-unstated.ts";
import { foreignZoneOptIn } from "./place/foreign-zone-opt-in.ts";
import { nodePoolZone } from "./place/node-pool-zone.ts";
import { providerEndpoint } from "./place/provider-endpoint.ts";
import { regionAbroad } from "./place/region-abroad.ts";
import { regionLabelAbroad } from "./place/region-label-abroad.ts";
import { regionNamedAbroad } from "./place/region-named-abroad.ts";
import { stateAbroad } from "./place/state-abroad.ts";
import { stateSettings } from "./place/state-settings.ts";
import { volumeAbroad } from "./place/volume-abroad.ts";
import { zoneAbroad } from "./place/zone-abroad.ts";
import { accountDefaults } from "./security/account-defaults.ts";
import { anonymousLogin } from "./security/anonymous-login.ts";
import { auditTrail } from "./security/audit-trail.ts";
import { automaticBackup } from "./security/automatic-backup.ts";
import { backupRetention } from "./security/backup-retention.ts";
import { bucketKey } from "./security/bucket-key.ts";
import { bucketPublic } from "./security/bucket-public.ts";
import { bucketTls } from "./security/bucket-tls.ts";
import { clusterSecrets } from "./security/cluster-secrets.ts";
import { dataDeletable } from "./security/data-deletable.ts";
import { dataDurability } from "./security/data-durability.ts";
import { databaseDurability } from "./security/database-durability.ts";
import { databaseWithoutTls } from "./security/database-without-tls.ts";
import { earlyExpiry } from "./security/early-expiry.ts";
import { foreignPrincipal } from "./security/foreign-principal.ts";
import { identityRights } from "./security/identity-rights.ts";
import { instanceMetadata } from "./security/instance-metadata.ts";
import { keyAbroad } from "./security/key-abroad.ts";
import { keyRotation } from "./security/key-rotation.ts";
import { logRetention } from "./security/log-retention.ts";
import { noBackup } from "./security/no-backup.ts";
import { openIngress } from "./security/open-ingress.ts";
import { plaintextAddress } from "./security/plaintext-address.ts";
import { plaintextMqtt } from "./security/plaintext-mqtt.ts";
import { publiclyAccessible } from "./security/publicly-accessible.ts";
import { routeWithoutTls } from "./security/route-without-tls.ts";
import { secretInPlain } from "./security/secret-in-plain.ts";
import { singleInstance } from "./security/single-instance.ts";
import { storageClassEncryption } from "./security/storage-class-encryption.ts";
import { storeUnencrypted } from "./security/store-unencrypted.ts";

const named: readonly Policy[] = [
  accountUnlisted,
  arnAbroad,
  assignedAddress,
  clusterContext,
  dataClassUnstated,
  foreignZoneOptIn,
  nodePoolZone,
  providerEndpoint,
  regionAbroad,
  regionLabelAbroad,
  regionNamedAbroad,
  stateAbroad,
  stateSettings,
  volumeAbroad,
  zoneAbroad,
  backupLocation,
  backupVaultCopy,
  brokerReplication,
  bucketReplication,
  bucketReportTarget,
  dataTransferService,
  databaseReplica,
  fileSystemReplication,
  globalDatabase,
  keyMultiRegion,
  keyStoreOutside,
  multiRegionAccessPoint,
  networkVolume,
  registryReplication,
  secretReplica,
  snapshotClass,
  snapshotCopy,
  tableReplica,
  certificateAuthority,
  contentNetwork,
  edgeAnnotation,
  edgeOptimisedApi,
  externalAddresses,
  loadBalancerSources,
  localZoneRoute,
  multiCluster,
  openEgress,
  peeringAbroad,
  queryLog,
  strictGateway,
  admissionWebhook,
  aggregation,
  crossRegionInference,
  deliveryStream,
  eventTarget,
  logDelivery,
  messageBridge,
  metricsSink,
  pageSources,
  productTelemetry,
  secretStore,
  telemetryService,
  topicSubscription,
  unregisteredHost,
  claimStorageClass,
  defaultDenyEgress,
  defaultDenyIngress,
  egressRules,
  endpointsOutside,
  externalName,
  hostAccess,
  imageRegistry,
  imageUnpinned,
  namespaceSecurity,
  podSecurity,
  podZones,
  rights,
  serviceAccountToken,
  storageClassTopology,
  unrenderedChart,
  workloadBasics,
  accountDefaults,
  anonymousLogin,
  auditTrail,
  automaticBackup,
  backupRetention,
  bucketKey,
  bucketPublic,
  bucketTls,
  clusterSecrets,
  dataDeletable,
  dataDurability,
  databaseDurability,
  databaseWithoutTls,
  earlyExpiry,
  foreignPrincipal,
  identityRights,
  instanceMetadata,
  keyAbroad,
  keyRotation,
  logRetention,
  noBackup,
  openIngress,
  plaintextAddress,
  plaintextMqtt,
  publiclyAccessible,
  routeWithoutTls,
  secretInPlain,
  singleInstance,
  storageClassEncryption,
  storeUnencrypted,
  backupDestination,
  breachNotice,
  clusterPlace,
  endpointAbroad,
  inputUnread,
  liveChanged,
  liveExtra,
  liveMissing,
  registrationMissing,
  remoteAccess,
  retentionBeyondClass,
  smallCells,
  transferEvidence,
  valueUnknown,
  waiverExpired,
  waiverUnsigned,
];

const withTypes = [...named, admissionPolicies(named), unmappedType(named)];

export const policies: readonly Policy[] = [...withTypes, waiverUnused(withTypes)];
