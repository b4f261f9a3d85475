/**
 * Types that store no data of the country themselves: networks, rights, names, settings of other resources. Every other
 * type is refused unless a policy names it.
 */

/** Kinds that connect, permit or configure, by module of AWS. */
const awsKinds: Readonly<Record<string, string>> = {
  acm: "Certificate CertificateValidation",
  alb: "Listener ListenerCertificate ListenerRule LoadBalancer TargetGroup TargetGroupAttachment",
  apigateway: "Deployment Method Resource Stage UsagePlan",
  appautoscaling: "Policy Target ScheduledAction",
  autoscaling: "Group Attachment LifecycleHook Policy Schedule Tag",
  backup: "GlobalSettings RegionSettings Selection VaultLockConfiguration VaultNotifications",
  budgets: "Budget",
  cfg: "DeliveryChannel Recorder RecorderStatus RetentionConfiguration Rule ConformancePack",
  cloudwatch:
    "CompositeAlarm Dashboard EventArchive EventBus EventPermission EventRule EventTarget LogMetricFilter LogResourcePolicy LogStream MetricAlarm QueryDefinition",
  ebs: "DefaultKmsKey EncryptionByDefault SnapshotBlockPublicAccess",
  ec2: "DefaultNetworkAcl DefaultRouteTable DefaultSubnet DefaultVpc DefaultVpcDhcpOptions Eip EipAssociation ImageBlockPublicAccess InstanceMetadataDefaults KeyPair MainRouteTableAssociation ManagedPrefixList ManagedPrefixListEntry NetworkAcl NetworkAclAssociation NetworkAclRule NetworkInterface PlacementGroup Route RouteTable RouteTableAssociation SecurityGroupAssociation Subnet VolumeAttachment Vpc VpcBlockPublicAccessOptions VpcDhcpOptions VpcDhcpOptionsAssociation VpcEndpointPolicy VpcEndpointRouteTableAssociation VpcEndpointSubnetAssociation VpcIpv4CidrBlockAssociation InternetGatewayAttachment",
  ecr: "LifecyclePolicy RegistryScanningConfiguration Repository RepositoryCreationTemplate",
  ecs: "Cluster ClusterCapacityProviders Service",
  efs: "AccessPoint BackupPolicy FileSystemPolicy MountTarget",
  eks: "AccessPolicyAssociation Addon IdentityProviderConfig NodeGroup PodIdentityAssociation",
  elasticache: "ParameterGroup SubnetGroup User UserGroup",
  guardduty: "Detector DetectorFeature",
  iam: "AccountAlias AccountPasswordPolicy Group GroupMembership GroupPolicy GroupPolicyAttachment InstanceProfile OpenIdConnectProvider Policy PolicyAttachment RolePoliciesExclusive RolePolicy RolePolicyAttachment RolePolicyAttachmentsExclusive ServiceLinkedRole",
  inspector2: "Enabler",
  kms: "Alias KeyPolicy",
  lambda: "Alias EventSourceMapping FunctionEventInvokeConfig LayerVersion ProvisionedConcurrencyConfig",
  lb: "ListenerCertificate ListenerRule LoadBalancer TargetGroup TargetGroupAttachment TrustStore",
  memorydb: "Acl ParameterGroup SubnetGroup User",
  mq: "Configuration",
  msk: "Configuration",
  rds: "ClusterInstance ClusterParameterGroup OptionGroup ParameterGroup SubnetGroup RoleAssociation",
  resourcegroups: "Group",
  route53:
    "Record ResolverEndpoint ResolverFirewallDomainList ResolverFirewallRule ResolverFirewallRuleGroup ResolverFirewallRuleGroupAssociation ResolverQueryLogConfigAssociation ResolverRule ResolverRuleAssociation",
  s3: "AccessPoint AccountPublicAccessBlock BucketAcl BucketCorsConfiguration BucketIntelligentTieringConfiguration BucketLifecycleConfiguration BucketLifecycleConfigurationV2 BucketMetric BucketNotification BucketObjectLockConfiguration BucketObjectLockConfigurationV2 BucketOwnershipControls BucketPublicAccessBlock BucketRequestPaymentConfiguration BucketServerSideEncryptionConfiguration BucketServerSideEncryptionConfigurationV2 BucketVersioning BucketVersioningV2",
  scheduler: "ScheduleGroup",
  secretsmanager: "SecretRotation SecretVersion",
  securityhub: "Account StandardsSubscription",
  servicediscovery: "PrivateDnsNamespace Service",
  sns: "Topic",
  sqs: "RedriveAllowPolicy RedrivePolicy",
  ssm: "Association Document MaintenanceWindow MaintenanceWindowTarget MaintenanceWindowTask PatchBaseline PatchGroup ServiceSetting",
  vpc: "SecurityGroupVpcAssociation",
  wafv2: "IpSet RegexPatternSet RuleGroup WebAcl WebAclAssociation",
};

/** Kinds that schedule, permit, connect or describe, by group of Kubernetes' API. */
const kubernetesKinds: Readonly<Record<string, string>> = {
  core: "Binding Event LimitRange Namespace Node PodTemplate ReplicationController ResourceQuota ServiceAccount",
  apps: "ControllerRevision",
  "admissionregistration.k8s.io":
    "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding MutatingAdmissionPolicyBinding",
  autoscaling: "HorizontalPodAutoscaler",
  "autoscaling.k8s.io": "VerticalPodAutoscaler",
  "certificates.k8s.io": "CertificateSigningRequest ClusterTrustBundle",
  "cert-manager.io": "Certificate CertificateRequest",
  "coordination.k8s.io": "Lease",
  "events.k8s.io": "Event",
  "flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
  "gateway.networking.k8s.io":
    "BackendTLSPolicy GatewayClass GRPCRoute HTTPRoute ReferenceGrant TCPRoute TLSRoute UDPRoute",
  "networking.k8s.io": "IngressClass IPAddress ServiceCIDR",
  "node.k8s.io": "RuntimeClass",
  policy: "PodDisruptionBudget Eviction",
  "postgresql.cnpg.io": "Backup Database DatabaseRole FailoverQuorum ScheduledBackup ClusterImageCatalog",
  "rabbitmq.com": "Binding Operator Permission Queue TopicPermission User Vhost",
  "scheduling.k8s.io": "PriorityClass",
  "storage.k8s.io": "CSIDriver CSINode CSIStorageCapacity VolumeAttachment VolumeAttributesClass",
  "snapshot.storage.k8s.io": "VolumeSnapshot",
  "monitoring.coreos.com": "PrometheusRule",
};

/** Types of Pulumi itself and of providers without a cloud: they store values in the state only. */
const others = [
  "pulumi:pulumi:Stack",
  "pulumi:index:Stash",
  "pulumi:providers:pulumi",
  "pulumi:pulumi:StackReference",
  "pulumi:providers:aws",
  "pulumi:providers:kubernetes",
  "pulumi:providers:random",
  "pulumi:providers:tls",
  "random:index/randomBytes:RandomBytes",
  "random:index/randomId:RandomId",
  "random:index/randomInteger:RandomInteger",
  "random:index/randomPassword:RandomPassword",
  "random:index/randomPet:RandomPet",
  "random:index/randomString:RandomString",
  "random:index/randomUuid:RandomUuid",
  "tls:index/certRequest:CertRequest",
  "tls:index/locallySignedCert:LocallySignedCert",
  "tls:index/privateKey:PrivateKey",
  "tls:index/selfSignedCert:SelfSignedCert",
];

const awsToken = (module: string, kind: string) =>
  `aws:${module}/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;

/** In the form of resource.ts's typeKey. */
export const harmlessTypes: ReadonlySet<string> = new Set([
  ...Object.entries(awsKinds).flatMap(([module, kinds]) =>
    kinds.split(" ").map((kind) => awsToken(module, kind)),
  ),
  ...Object.entries(kubernetesKinds).flatMap(([group, kinds]) =>
    kinds.split(" ").map((kind) => `kubernetes:${group}:${kind}`),
  ),
  ...others,
]);
