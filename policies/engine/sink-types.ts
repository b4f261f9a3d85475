/**
 * What programs call their outputs. A type of `named` sends nowhere, or to the address of its own settings, which the policies
 * on hosts read; every other type has an address of its maker built in, or takes one from its credentials.
 *
 * Written from knowledge of the programs; not compared with their documentation: vector.dev, opentelemetry-collector-contrib, fluentbit.io, fluentd.org,
 * telegraf, logstash, beats, syslog-ng, prometheus.io (Alertmanager), grafana.com, kube-logging.dev, docs.openshift.com.
 */

export interface Program {
  readonly name: string;
  readonly named: ReadonlySet<string>;
  /** Whether a type that no table names is refused too; not where a word may be something else than a type. */
  readonly closed: boolean;
}

const program = (name: string, named: string, closed = true): Program => ({
  name,
  named: new Set(named.split(/\s+/)),
  closed,
});

export const programs = {
  vector: program(
    "Vector",
    `amqp blackhole clickhouse console databend doris elasticsearch file greptimedb greptimedb_logs greptimedb_metrics http
     influxdb_logs influxdb_metrics kafka loki mqtt nats opentelemetry postgres prometheus_exporter prometheus_remote_write pulsar
     redis socket statsd vector webhdfs websocket websocket_server`,
  ),
  openTelemetry: program(
    "The OpenTelemetry collector",
    `alertmanager carbon cassandra clickhouse debug doris elasticsearch faro file influxdb jaeger jaeger_thrift kafka loadbalancing
     logging loki nats nop opencensus opensearch otelarrow otlp otlp_grpc otlp_http otlphttp prometheus prometheusremotewrite
     prometheus_remote_write pulsar pyroscope rabbitmq skywalking stef syslog zipkin`,
  ),
  openTelemetryExtension: program("The OpenTelemetry collector", "", false),
  fluentBit: program(
    "Fluent Bit",
    `counter es exit file flowcounter forward gelf http influxdb kafka kafka-rest lib loki nats null opensearch opentelemetry pgsql
     plot prometheus_exporter prometheus_remote_write retry skywalking stdout syslog tcp udp vivo_exporter websocket`,
  ),
  fluentd: program(
    "Fluentd",
    `amqp buffer clickhouse concat copy detect_exceptions elasticsearch elasticsearch_data_stream elasticsearch_dynamic exec
     exec_filter file forward forest gelf grep http influxdb influxdb2 kafka kafka2 kafka_buffered label_router loki mongo
     mongo_replset mqtt multi mysql_bulk nats null opensearch opensearch_data_stream parser postgres prometheus rabbitmq
     record_modifier record_reformer record_transformer redis relabel remote_syslog rewrite rewrite_tag_filter rdkafka2 route
     roundrobin secure_forward sql stdout syslog syslog_rfc5424 tag tagged webhdfs`,
  ),
  telegraf: program(
    "Telegraf",
    `amqp clickhouse cratedb discard elasticsearch exec execd file graphite graylog groundwork health http influxdb influxdb_v2
     influxdb_v3 iotdb kafka loki mongodb mqtt nats nsq opcua opensearch opentelemetry opentsdb parquet postgresql
     prometheus_client quix redistimeseries riemann sensu socket_writer sql stomp syslog warp10 websocket zabbix`,
  ),
  logstash: program(
    "Logstash",
    `beats csv elasticsearch email exec file gelf graphite graphtastic http if else influxdb irc jdbc kafka logstash lumberjack
     metriccatcher mongodb nagios nagios_nsca null opensearch opentsdb pipe pipeline rabbitmq redis riemann sink solr_http statsd
     stdout stomp syslog tcp udp unless webhdfs websocket zabbix zeromq`,
  ),
  beats: program("Beats", "elasticsearch logstash kafka redis file console discard remote_elasticsearch"),
  syslogNg: program(
    "syslog-ng",
    `amqp arrow-flight channel clickhouse elasticsearch-datastream elasticsearch-http file graphite http java junction kafka kafka-c
     log loki mongodb mqtt network opensearch openobserve-log opentelemetry osquery pipe program pseudofile python redis riemann
     smtp snmp sql stomp stdout syslog syslog-ng-otlp tcp tcp6 udp udp6 unix-dgram unix-stream usertty`,
    false,
  ),
  alertmanager: program("Alertmanager", "webhook email"),
  grafanaContact: program("Grafana", "email webhook kafka mqtt alertmanager prometheus-alertmanager"),
  grafanaData: program("Grafana", "", false),
  openshift: program(
    "The log forwarder",
    "default elasticsearch fluentdForward http inputs kafka loki lokiStack otlp syslog",
  ),
  fluentOperator: program(
    "Fluent Bit",
    `alias buffer customPlugin es file forward gelf http influxDB kafka logLevel loki match matchRegex null opensearch opentelemetry
     ordinal processors prometheusExporter prometheusRemoteWrite retry_limit retryLimit stdout storageOptions syslog tcp`,
  ),
  loggingOperator: program(
    "The logging operator",
    `elasticsearch enabledNamespaces file format forward gelf http kafka loggingRef loki mattermost mqtt nullout opensearch protected
     redis relabel syslog`,
  ),
  keda: program(
    "KEDA",
    `activemq apache-kafka arangodb artemis-queue beanstalkd cassandra couchdb cpu cron elasticsearch etcd external external-push
     forgejo-runner graphite ibmmq influxdb kafka kubernetes-resource kubernetes-workload liiklus loki memory metrics-api mongodb
     mssql mysql nats-jetstream nsq openstack-swift postgresql prometheus pulsar rabbitmq redis redis-cluster
     redis-cluster-streams redis-sentinel redis-sentinel-streams redis-streams selenium-grid solace-event-queue solr stan
     sumologic-collector temporal`,
  ),
  rsyslog: program(
    "rsyslog",
    `omamqp1 omclickhouse omczmq omelasticsearch omfile omfwd omgssapi omhdfs omhiredis omhttp omhttpfs omjournal omkafka omlibdbi
     ommail ommongodb ommysql ompgsql ompipe omprog omrabbitmq omrelp omruleset omsnmp omstdout omtesting omudpspoof omusrmsg
     omuxsock`,
  ),
  openTelemetrySdk: program(
    "OpenTelemetry",
    "console jaeger jaeger-thrift logging logging-otlp none otlp prometheus zipkin",
  ),
  istio: program("Istio", "", false),
  kafkaConnect: program("Kafka Connect", "", false),
  objectStore: program("The store", "", false),
} as const;

/** Makers, by words of their types. The first that fits counts. */
const makers: readonly (readonly [word: RegExp, maker: string])[] = [
  [/datadog|ddlog/, "Datadog"],
  [/newrelic|^nrlogs$/, "New Relic"],
  [/stackdriver|google|gcs|^gcp|bigquery|pubsub|chronicle|^gke/, "Google Cloud"],
  [
    /azure|^azblob|applicationinsights|appinsights|eventhubs|kusto|dataexplorer|microsoft|msteams|servicebus|^loganalytics/,
    "Microsoft",
  ],
  [/splunk|signalfx|sapm|victorops|^hec$/, "Splunk"],
  [/cloudwatch|^aws|xray|^emf$|kinesis|firehose|^s3|sns|sqs|timestream|dynamodb|redshift|athena/, "AWS"],
  [/honeycomb/, "Honeycomb"],
  [/sumologic/, "Sumo Logic"],
  [/logz(io)?$/, "Logz.io"],
  [/dynatrace/, "Dynatrace"],
  [/logdna|mezmo/, "Mezmo"],
  [/papertrail|appoptics|solarwinds|loggly|librato/, "SolarWinds"],
  [/telegram/, "Telegram"],
  [/slack/, "Slack"],
  [/discord/, "Discord"],
  [/pagerduty/, "PagerDuty"],
  [/opsgenie|jira/, "Atlassian"],
  [/pushover/, "Pushover"],
  [/webex/, "Cisco Webex"],
  [/wechat|wecom|tencent|^cos$/, "Tencent"],
  [/dingding|aliyun|alibaba|^oss$|^sls$/, "Alibaba"],
  [/googlechat/, "Google"],
  [/threema/, "Threema"],
  [/^line$/, "LINE"],
  [/incidentio/, "incident.io"],
  [/coralogix/, "Coralogix"],
  [/logicmonitor/, "LogicMonitor"],
  [/sentry/, "Sentry"],
  [/snowflake/, "Snowflake"],
  [/databricks/, "Databricks"],
  [/mongodbatlas/, "MongoDB Atlas"],
  [/elasticcloud|cloudid/, "Elastic Cloud"],
  [/humio|logscale|falcon/, "CrowdStrike"],
  [/instana/, "Instana"],
  [/lightstep/, "Lightstep"],
  [/sematext/, "Sematext"],
  [/^b2$|backblaze/, "Backblaze"],
  [/oracle|^oci$/, "Oracle"],
  [/wavefront/, "Wavefront"],
  [
    /axiom|appsignal|keep|mezmo|dataset|alertops|bmchelix|cortex|instrumental|yandex|logtail|betterstack|tinybird|grafanacloud|scalyr|observe$/,
    "its maker's cloud",
  ],
];

/** The maker that a type belongs to; undefined where no table names it. */
export function makerOf(type: string): string | undefined {
  const word = type.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return makers.find(([pattern]) => pattern.test(word))?.[1];
}
