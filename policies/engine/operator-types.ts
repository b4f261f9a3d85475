/** Objects of operators that name servers in their own fields. */
export const operatorTypes = [
  "kubernetes:admissionregistration.k8s.io/*:MutatingAdmissionPolicy",
  "kubernetes:keda.sh/*:ClusterTriggerAuthentication",
  "kubernetes:keda.sh/*:ScaledJob",
  "kubernetes:keda.sh/*:ScaledObject",
  "kubernetes:keda.sh/*:TriggerAuthentication",
  "kubernetes:monitoring.coreos.com/*:PodMonitor",
  "kubernetes:monitoring.coreos.com/*:ScrapeConfig",
  "kubernetes:monitoring.coreos.com/*:ServiceMonitor",
  "kubernetes:postgresql.cnpg.io/*:Database",
  "kubernetes:postgresql.cnpg.io/*:Pooler",
  "kubernetes:rabbitmq.com/*:SchemaReplication",
] as const;

/** Objects of operators whose pods they describe, with variables and settings. */
export const operatorPods = [
  "kubernetes:clickhouse.altinity.com/*:ClickHouseInstallation",
  "kubernetes:clickhouse-keeper.altinity.com/*:ClickHouseKeeperInstallation",
  "kubernetes:keda.sh/*:ScaledJob",
  "kubernetes:monitoring.coreos.com/*:Alertmanager",
  "kubernetes:monitoring.coreos.com/*:Prometheus",
  "kubernetes:monitoring.coreos.com/*:PrometheusAgent",
  "kubernetes:monitoring.coreos.com/*:ThanosRuler",
  "kubernetes:opentelemetry.io/*:OpenTelemetryCollector",
  "kubernetes:postgresql.cnpg.io/*:Cluster",
  "kubernetes:postgresql.cnpg.io/*:Pooler",
  "kubernetes:rabbitmq.com/*:RabbitmqCluster",
] as const;

/** Objects that install charts or folders, with the values that they set. */
export const installerTypes = [
  "kubernetes:argoproj.io/*:Application",
  "kubernetes:argoproj.io/*:ApplicationSet",
  "kubernetes:helm.cattle.io/*:HelmChart",
  "kubernetes:helm.cattle.io/*:HelmChartConfig",
  "kubernetes:helm.sh/*:Release",
  "kubernetes:helm.toolkit.fluxcd.io/*:HelmRelease",
  "kubernetes:kustomize.toolkit.fluxcd.io/*:Kustomization",
] as const;
