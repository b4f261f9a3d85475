/** Types that keep data at rest. Policies on encryption, tags, copies and places share the lists. */

const awsStores = [
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketV2:BucketV2",
  "aws:s3/directoryBucket:DirectoryBucket",
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
  "aws:docdb/cluster:Cluster",
  "aws:neptune/cluster:Cluster",
  "aws:dynamodb/table:Table",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:elasticache/cluster:Cluster",
  "aws:memorydb/cluster:Cluster",
  "aws:opensearch/domain:Domain",
  "aws:redshift/cluster:Cluster",
  "aws:timestreamwrite/table:Table",
  "aws:keyspaces/table:Table",
  "aws:ebs/volume:Volume",
  "aws:efs/fileSystem:FileSystem",
  "aws:fsx/ontapFileSystem:OntapFileSystem",
  "aws:fsx/openZfsFileSystem:OpenZfsFileSystem",
  "aws:fsx/lustreFileSystem:LustreFileSystem",
  "aws:fsx/windowsFileSystem:WindowsFileSystem",
  "aws:mq/broker:Broker",
  "aws:msk/cluster:Cluster",
  "aws:kinesis/stream:Stream",
  "aws:sqs/queue:Queue",
  "aws:backup/vault:Vault",
  "aws:secretsmanager/secret:Secret",
  "aws:cloudwatch/logGroup:LogGroup",
] as const;

const kubernetesStores = [
  "kubernetes:core/*:PersistentVolumeClaim",
  "kubernetes:apps/*:StatefulSet",
  "kubernetes:postgresql.cnpg.io/*:Cluster",
  "kubernetes:rabbitmq.com/*:RabbitmqCluster",
  "kubernetes:clickhouse.altinity.com/*:ClickHouseInstallation",
] as const;

export const dataStores = [...awsStores, ...kubernetesStores] as const;
