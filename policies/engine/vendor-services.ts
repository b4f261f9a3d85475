/**
 * Services that collect from the stack: how their agents and SDKs are switched on. A key or an agent is enough, since the address
 * is built in. Written from knowledge of the products; not compared with the makers' documentation.
 */
import { rememberLast, rememberTexts } from "../resources/last.ts";
import { settingsTexts } from "../resources/program-settings.ts";
import type { Resource } from "../resources/resource.ts";

type Named = readonly (readonly [pattern: RegExp, service: string])[];

/** Names of variables and settings. */
export const serviceKeys: Named = [
  [
    /^DD_(API_KEY|APP_KEY|SITE|AGENT_HOST|DD_URL|URL|LOGS_\w*|APM_\w*|TRACE_AGENT_URL|TRACE_ENABLED|PROFILING_ENABLED|RUM_\w*|CLIENT_TOKEN|INSTRUMENTATION_\w*)$|^DATADOG_/,
    "Datadog",
  ],
  [/^NEW_?RELIC_|^NRIA_|^NR_(LICENSE|INSERT|API|INGEST)_?KEY$/, "New Relic"],
  [/(^|_)SENTRY_(DSN|AUTH_TOKEN|ORG|URL|RELEASE|ENVIRONMENT|TRACES_SAMPLE_RATE)$|^RAVEN_DSN$/, "Sentry"],
  [/^SPLUNK_(ACCESS_TOKEN|HEC_TOKEN|HEC_URL|REALM|OBSERVABILITY_\w+)$|^SIGNALFX_|^SFX_/, "Splunk"],
  [/^HONEYCOMB_|^HNY_/, "Honeycomb"],
  [
    /^DT_(API_TOKEN|API_URL|TENANT|TENANTTOKEN|CONNECTION_POINT|ENVIRONMENT|CLUSTER_ID|URL|METRICS_INGEST_\w+)$|^DYNATRACE_|^ONEAGENT_/,
    "Dynatrace",
  ],
  [
    /^ELASTIC_APM_(SECRET_TOKEN|API_KEY|CLOUD_PROVIDER)$|^ELASTIC_CLOUD_|^CLOUD_ID$|^FLEET_(URL|ENROLLMENT_TOKEN)$/,
    "Elastic Cloud",
  ],
  [/^APPLICATION_?INSIGHTS_|^APPINSIGHTS_|^APPLICATIONINSIGHTS/i, "Azure Application Insights"],
  [/^(AZURE_MONITOR|AZURE_LOG_ANALYTICS|LOG_ANALYTICS|OMS_WORKSPACE|WORKSPACE_KEY)/, "Azure Monitor"],
  [/^APPDYNAMICS_/, "AppDynamics"],
  [/^INSTANA_/, "Instana"],
  [/^(LIGHTSTEP|LS)_ACCESS_TOKEN$/, "Lightstep"],
  [/^AWS_XRAY_(DAEMON_ADDRESS|TRACING_NAME|CONTEXT_MISSING)$/, "AWS X-Ray"],
  [/^(GRAFANA_CLOUD|GCLOUD|GRAFANA_FARO)_|^GCLOUD_(FM|RW|HOSTED)/, "Grafana Cloud"],
  [/^(ROLLBAR|BUGSNAG|AIRBRAKE|HONEYBADGER|RAYGUN|TRACKJS|LOGROCKET|ERRORCEPTION)_/, "an error service"],
  [
    /^(LOGTAIL|BETTERSTACK|BETTER_STACK|LOGDNA|MEZMO|LOGGLY|PAPERTRAIL|SOLARWINDS|SW_APM|APPOPTICS|SUMO_?LOGIC|SUMO|LOGZ_?IO|CORALOGIX|CX|SEMATEXT|SPM|APPSIGNAL|SCOUT|SCALYR|AXIOM|HUMIO|LOGENTRIES|LOGSENE|UPTRACE|SIGNOZ_INGESTION|TIMBER|KLOUDLESS|LOGFLARE|HYPERDX|DASH0|CHRONOSPHERE|LUMIGO|EPSAGON|THUNDRA|HELIOS|AUTOMETRICS|SYSDIG|LACEWORK|SNYK|AQUA|INSIGHTOPS)_/,
    "a log or monitoring service",
  ],
  [
    /^(MIXPANEL|AMPLITUDE|SEGMENT|POSTHOG|GA|GA4|GTM|GOOGLE_ANALYTICS|MATOMO|HEAP|FULLSTORY|HOTJAR|CLARITY|PLAUSIBLE|RUDDERSTACK|SNOWPLOW|KISSMETRICS|PENDO|INTERCOM|HUBSPOT|CUSTOMER_?IO|BRAZE|KLAVIYO|JUNE|STATSIG|LAUNCHDARKLY|SPLIT_IO|OPTIMIZELY|UNLEASH_CLOUD)_|^LD_SDK_KEY$/,
    "an analytics service",
  ],
  [
    /^(OPENAI|AZURE_OPENAI|ANTHROPIC|MISTRAL|COHERE|CO|GOOGLE_GENAI|GEMINI|GROQ|PERPLEXITY|DEEPSEEK|XAI|TOGETHER|REPLICATE|HUGGING_?FACE|HF|LANGCHAIN|LANGSMITH|LANGFUSE|PINECONE|VOYAGE|FIREWORKS|OPENROUTER|HELICONE|WANDB|COMET)_(API_KEY|API_TOKEN|TOKEN|HUB_TOKEN|SECRET_KEY|PUBLIC_KEY|KEY|ENDPOINT|TRACING\w*)$/,
    "an AI service",
  ],
  [
    /^(TWILIO|SENDGRID|MAILGUN|MAILCHIMP|MANDRILL|POSTMARK|SPARKPOST|RESEND|BREVO|SENDINBLUE|MAILJET|VONAGE|NEXMO|MESSAGEBIRD|PLIVO|INFOBIP|CLICKATELL|AFRICASTALKING|FIREBASE|FCM|ONESIGNAL|PUSHER|PUSHOVER|PUBNUB|ABLY|TELEGRAM|SLACK|DISCORD|PAGERDUTY|OPSGENIE|VICTOROPS|MSTEAMS|TEAMS_WEBHOOK|WEBEX|ZENDESK|FRESHDESK|ALGOLIA|STRIPE|AUTH0|OKTA|CLERK|SUPABASE|MONGODB_ATLAS|SNOWFLAKE|DATABRICKS|CLOUDINARY|UPLOADCARE)_/,
    "a messaging or data service",
  ],
  [
    /^(GOOGLE_APPLICATION_CREDENTIALS(_JSON)?|GOOGLE_CLOUD_PROJECT|GCLOUD_PROJECT|GCP_(PROJECT|PROJECT_ID|CREDENTIALS))$/,
    "Google Cloud",
  ],
  [/^AZURE_(STORAGE|CLIENT_SECRET|EVENTHUB|EVENT_HUB|SERVICEBUS|SERVICE_BUS|COSMOS|ACCOUNT_KEY)/, "Azure"],
  [
    /^(datadog|newrelic|applicationinsights|appdynamics|instana|dynatrace|ruxitagentproc|sentry|honeybadger|rollbar|bugsnag|appsignal|skylight|scout_apm|airbrake)[\w-]*\.(ya?ml|json|conf|cfg|ini|properties|config|toml|xml|js|rb)$/,
    "a monitoring service",
  ],
  [/^B2_(ACCOUNT_ID|ACCOUNT_KEY|APPLICATION_KEY|APPLICATION_KEY_ID)$/, "Backblaze"],
  [
    /^(CLOUDFLARE|CF)_(API_TOKEN|ACCOUNT_ID|R2_\w+)$|^TUNNEL_TOKEN$|^NGROK_AUTHTOKEN$/,
    "Cloudflare or a tunnel",
  ],
];

/** Images, by repository. */
export const serviceAgents: Named = [
  [
    /(^|\/)(datadog|datadoghq)\/|(^|\/)(cluster-agent|dd-lib-\w+-init|dd-agent|docker-dd-agent|datadog-agent\w*|datadog-operator)$/,
    "Datadog",
  ],
  [/(^|\/)(newrelic|newrelic-\w[\w-]*|k8s-metadata-injection|nri-\w[\w-]*)(\/|$)/, "New Relic"],
  [/(^|\/)dynatrace(-[\w-]+)?(\/|$)|(^|\/)(oneagent|activegate)$/, "Dynatrace"],
  [
    /(^|\/)splunk(-otel-collector|-fluentd-hec|-connect-for-\w+)?(\/|$)|(^|\/)(signalfx(-agent)?|universalforwarder)(\/|$)/,
    "Splunk",
  ],
  [
    /(^|\/)honeycombio\/|(^|\/)honeycomb-(agent|kubernetes-agent|network-agent|opentelemetry-\w+)$/,
    "Honeycomb",
  ],
  [/(^|\/)(appdynamics)(\/|$)|(^|\/)(machine-agent|java-agent|cluster-agent-operator)$/, "AppDynamics"],
  [/(^|\/)instana(-[\w-]+)?(\/|$)/, "Instana"],
  [/(^|\/)(lightstep|lightstepsatellite)(\/|$)/, "Lightstep"],
  [/(^|\/)(logdna|mezmo)(-agent)?(\/|$)/, "Mezmo"],
  [/(^|\/)(sumologic)(\/|$)|(^|\/)kubernetes-fluentd$/, "Sumo Logic"],
  [/(^|\/)(logzio)(\/|$)|(^|\/)logzio-[\w-]+$/, "Logz.io"],
  [/(^|\/)(coralogix|coralogixrepo)(\/|$)/, "Coralogix"],
  [/(^|\/)(sematext)(\/|$)/, "Sematext"],
  [/(^|\/)(sysdig)(\/|$)|(^|\/)(agent-slim|agent-kmodule)$/, "Sysdig"],
  [
    /(^|\/)(lacework|crowdstrike|falcon-sensor|falcon-operator|paloaltonetworks\/prisma|twistlock|aquasec)(\/|$)/,
    "a security service",
  ],
  [/(^|\/)(elastic-agent|fleet-server)(-\w+)?$/, "Elastic's Fleet"],
  [/(^|\/)(k8s-monitoring|grafana-agent-cloud|pdc-agent)$/, "Grafana Cloud"],
  [
    /(^|\/)(cloudwatch-agent|aws-xray-daemon|xray-daemon|aws-for-fluent-bit|amazon-cloudwatch-observability\w*|adot-[\w-]+|aws-otel-collector)(\/|$)/,
    "AWS CloudWatch",
  ],
  [
    /(^|\/)(stackdriver-[\w-]+|gke-metrics-agent|prometheus-to-sd|otelcol-google|opentelemetry-operations-collector)(\/|$)/,
    "Google Cloud",
  ],
  [
    /(^|\/)(ciprod|ama-logs|omsagent|azuremonitor\/[\w/-]+|applicationinsights-[\w-]+)(\/|$|:)/,
    "Azure Monitor",
  ],
  [
    /(^|\/)(rollbar|bugsnag|raygun|posthog|mixpanel|rudderlabs|segment)(\/|$)/,
    "an analytics or error service",
  ],
  [/(^|\/)(papertrail|solarwinds|rkubelog|swo-agent)(\/|$)/, "SolarWinds"],
  [
    /(^|\/)(loggly|scalyr|dataset|axiomhq|vector-axiom|betterstack|logtail|observeinc|edgedelta|cribl|chronosphereio|lumigo|groundcovercom|komodor|castai|kubecost-cloud|kubeshark-cloud|robustadev)(\/|$)/,
    "a monitoring service",
  ],
  [
    /(^|\/)(stackstate|zenoss|site24x7|logicmonitor|argus|collectorset-controller|opsramp|moogsoft|bigpanda|pixie|pixielabs|steadybit|gremlin|harness|newrelic-pixie)(\/|$)/,
    "a monitoring service",
  ],
  [
    /(^|\/)(coralogix|logzio|sumologic|sematext|instana|appdynamics|newrelic|datadog|dynatrace|lightstep|logdna|mezmo|honeycomb|signalfx|splunk|sysdig|lacework|papertrail|axiom|betterstack|groundcover|lumigo|edgedelta|observeinc|chronosphere|dash0|uptrace|rollbar|sentry-relay|raygun|komodor|castai)[\w.-]*(\/|$)/,
    "a monitoring service",
  ],
];

/** Words of commands, options of virtual machines and annotations that load an agent. */
const agentWords: Named = [
  [
    /\b(telegram-send|slackcat|apprise\s+-|ntfy\s+(pub|publish|send)|sentry-cli\s|pushover\s|wandb\s+(login|sync)|twilio\s+api)/,
    "a messaging service",
  ],
  [
    /dd-java-agent|ddtrace-run|dd-trace\/(init|initialize)|-Ddd\.(api|service|site|agent)|admission\.datadoghq\.com\/(enabled|\w+-lib)|ad\.datadoghq\.com\/[\w.-]*\.?logs|Datadog\.Trace\.ClrProfiler/,
    "Datadog",
  ],
  [
    /newrelic-agent|newrelic\.jar|newrelic-admin\b|newrelic\/agent|-Dnewrelic\.|-r newrelic\b|instrumentation\.newrelic\.com/,
    "New Relic",
  ],
  [/applicationinsights-agent|-Dapplicationinsights\./, "Azure Application Insights"],
  [/elastic-apm-agent[\w.-]*\.jar|elastic-apm-node\/start/, "Elastic APM"],
  [/(oneagent|metadata|data-ingest)?\.?dynatrace\.com\/inject|liboneagentproc/, "Dynatrace"],
  [
    /javaagent:[^\s"']{0,200}(appdynamics|javaagent\.jar|splunk-otel-javaagent|instana|aws-opentelemetry-agent|scout|signalfx|glowroot-central|contrast|lumigo|honeycomb)/,
    "a monitoring service",
  ],
  [/splunk-py-trace|splunk\.com\/inject|inject-java.{0,100}splunk/, "Splunk"],
  [
    /(api|js|cdn|browser|www)\.(mixpanel|segment|amplitude|hotjar|googletagmanager|google-analytics)\b/,
    "an analytics service",
  ],
];

const agentHints =
  /telegram-send|slackcat|apprise|ntfy|sentry-cli|pushover|wandb|twilio|dd-(java|trace)|-Ddd\.|Datadog\.|ddtrace|datadog|newrelic|applicationinsights|elastic-apm|dynatrace|oneagent|javaagent|splunk|mixpanel|segment|amplitude|hotjar|googletag|google-analytics/;

export interface FoundService {
  /** What switches it on. */
  readonly word: string;
  readonly service: string;
  readonly path: string;
}

const written = /(?:^|[\s"';,{-])([A-Z][A-Z0-9]{0,40}_[A-Z0-9_]{1,60})["']?[ \t]{0,8}[=:]/g;

/** Lines of `.env` files, scripts, options of Java. */
const servicesIn = rememberTexts((value: string): readonly Omit<FoundService, "path">[] => {
  const found = new Map<string, string>();
  const add = (word: string, service: string | undefined) => {
    if (service !== undefined && !found.has(service)) found.set(service, word);
  };
  if (value.includes("_") && /[=:]/.test(value))
    for (const [, name = ""] of value.matchAll(written)) add(name, serviceOfKey(name));
  if (agentHints.test(value))
    for (const [pattern, service] of agentWords) {
      const word = pattern.exec(value)?.[0];
      if (word !== undefined && !/: *(false|disabled|"false")$/.test(value)) add(word, service);
    }
  return [...found].map(([service, word]) => ({ word, service }));
});

/** Agents and keys that the texts of a resource name. An annotation says by its key what it loads. */
export const servicesInTexts = rememberLast((resource: Resource): readonly FoundService[] =>
  settingsTexts(resource).flatMap((text) => {
    const named = agentHints.test(text.key) ? `${text.key}: ${text.value}` : text.value;
    return servicesIn(named).map((found) => ({ ...found, path: text.path }));
  }),
);

/** What frameworks of web pages put before names that the browser may see. */
const publicPrefix =
  /^(NEXT_PUBLIC_|NUXT_PUBLIC_|PUBLIC_|VITE_|REACT_APP_|VUE_APP_|GATSBY_|EXPO_PUBLIC_|NG_APP_)/;

export function serviceOfKey(name: string): string | undefined {
  const bare = name.replace(publicPrefix, "");
  return serviceKeys.find(([key]) => key.test(bare))?.[1];
}
export const serviceOfImage = (repository: string): string | undefined =>
  serviceAgents.find(([pattern]) => pattern.test(repository))?.[1];
