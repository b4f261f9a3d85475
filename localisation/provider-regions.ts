/**
 * Regions of providers of managed Kubernetes and of object stores, with their countries: labels of nodes and zones, and hosts, name
 * them. AWS has more in cloud-geography.ts. One name may be regions of several providers: `ap-southeast-2` is Sydney at AWS,
 * Bangkok at Huawei.
 */
import { awsRegions, awsZone } from "./cloud-geography.ts";

export interface ProviderRegion {
  readonly provider: string;
  readonly region: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

interface Provider {
  readonly name: string;
  /** Where the list stands. */
  readonly source: string;
  /** The day on which it was compared with the source or, where it says so, with copies of it. */
  readonly checked: string;
  /** Ends of hosts that have the region's name as one of their labels, perhaps after a word and a hyphen. */
  readonly hosts: readonly string[];
  /** What a zone's name has after the region's. */
  readonly zone: RegExp;
  /** By country, the regions. */
  readonly regions: Readonly<Record<string, string>>;
}

const providers: readonly Provider[] = [
  {
    name: "Azure",
    source: "https://learn.microsoft.com/azure/reliability/regions-list",
    checked: "2026-11-28, with excerpts of the page",
    hosts: ["azmk8s.io", "cloudapp.azure.com", "azurecontainer.io", "cognitiveservices.azure.com"],
    zone: /^-[1-3]$/,
    regions: {
      ZA: "southafricanorth southafricawest",
      AE: "uaenorth uaecentral",
      QA: "qatarcentral",
      IL: "israelcentral",
      BR: "brazilsouth brazilsoutheast",
      CL: "chilecentral",
      MX: "mexicocentral",
      US: "eastus eastus2 centralus northcentralus southcentralus westcentralus westus westus2 westus3",
      CA: "canadacentral canadaeast",
      IE: "northeurope",
      NL: "westeurope",
      GB: "uksouth ukwest",
      DE: "germanywestcentral germanynorth",
      FR: "francecentral francesouth",
      CH: "switzerlandnorth switzerlandwest",
      NO: "norwayeast norwaywest",
      SE: "swedencentral",
      PL: "polandcentral",
      IT: "italynorth",
      ES: "spaincentral",
      AT: "austriaeast",
      BE: "belgiumcentral",
      IN: "centralindia southindia westindia jioindiawest jioindiacentral",
      SG: "southeastasia",
      HK: "eastasia",
      JP: "japaneast japanwest",
      KR: "koreacentral koreasouth",
      ID: "indonesiacentral",
      MY: "malaysiawest",
      AU: "australiaeast australiasoutheast australiacentral australiacentral2",
      NZ: "newzealandnorth",
    },
  },
  {
    name: "Google Cloud",
    source: "https://cloud.google.com/compute/docs/regions-zones",
    checked: "2026-11-28, with excerpts of the page",
    hosts: ["pkg.dev", "run.app", "rep.googleapis.com", "cloudfunctions.net"],
    zone: /^-[a-f]$/,
    regions: {
      ZA: "africa-south1",
      BR: "southamerica-east1",
      CL: "southamerica-west1",
      MX: "northamerica-south1",
      QA: "me-central1",
      SA: "me-central2",
      IL: "me-west1",
      US: "us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4",
      CA: "northamerica-northeast1 northamerica-northeast2",
      BE: "europe-west1",
      GB: "europe-west2",
      DE: "europe-west3 europe-west10",
      NL: "europe-west4",
      CH: "europe-west6",
      IT: "europe-west8 europe-west12",
      FR: "europe-west9",
      FI: "europe-north1",
      SE: "europe-north2",
      ES: "europe-southwest1",
      PL: "europe-central2",
      IN: "asia-south1 asia-south2",
      SG: "asia-southeast1",
      ID: "asia-southeast2",
      TW: "asia-east1",
      HK: "asia-east2",
      JP: "asia-northeast1 asia-northeast2",
      KR: "asia-northeast3",
      AU: "australia-southeast1 australia-southeast2",
    },
  },
  {
    name: "Huawei Cloud",
    source: "https://developer.huaweicloud.com/intl/en-us/endpoint",
    checked: "2026-11-28, the regions of Dublin and Santiago alone",
    hosts: ["myhuaweicloud.com", "myhuaweicloud.eu"],
    zone: /^[a-h]$/,
    regions: {
      ZA: "af-south-1",
      EG: "af-north-1",
      TR: "tr-west-1",
      SA: "me-east-1",
      BR: "sa-brazil-1",
      CL: "la-south-2",
      MX: "la-north-2 na-mexico-1",
      AR: "sa-argentina-1",
      PE: "sa-peru-1",
      IE: "eu-west-101",
      SG: "ap-southeast-3",
      TH: "ap-southeast-2",
      ID: "ap-southeast-4",
      HK: "ap-southeast-1",
      CN: "cn-north-1 cn-north-4 cn-north-9 cn-east-2 cn-east-3 cn-south-1 cn-southwest-2",
    },
  },
  {
    name: "Oracle Cloud",
    source: "https://docs.oracle.com/en-us/iaas/Content/General/Concepts/regions.htm",
    checked: "2026-11-28, with excerpts of the page",
    hosts: ["oraclecloud.com", "ocir.io", "oci.customer-oci.com"],
    zone: /^-ad-[1-3]$/,
    regions: {
      ZA: "af-johannesburg-1",
      BR: "sa-saopaulo-1 sa-vinhedo-1",
      CL: "sa-santiago-1 sa-valparaiso-1",
      CO: "sa-bogota-1",
      MX: "mx-queretaro-1 mx-monterrey-1",
      SA: "me-jeddah-1 me-riyadh-1",
      AE: "me-abudhabi-1 me-dubai-1",
      IL: "il-jerusalem-1",
      RS: "eu-jovanovac-1",
      US: "us-ashburn-1 us-phoenix-1 us-chicago-1 us-sanjose-1",
      CA: "ca-toronto-1 ca-montreal-1",
      DE: "eu-frankfurt-1",
      NL: "eu-amsterdam-1",
      FR: "eu-paris-1 eu-marseille-1",
      IT: "eu-milan-1",
      ES: "eu-madrid-1",
      SE: "eu-stockholm-1",
      CH: "eu-zurich-1",
      GB: "uk-london-1 uk-cardiff-1",
      IN: "ap-mumbai-1 ap-hyderabad-1",
      SG: "ap-singapore-1 ap-singapore-2",
      JP: "ap-tokyo-1 ap-osaka-1",
      KR: "ap-seoul-1 ap-chuncheon-1",
      AU: "ap-sydney-1 ap-melbourne-1",
    },
  },
  {
    name: "Alibaba Cloud",
    source: "https://www.alibabacloud.com/help/doc-detail/140601.htm",
    checked: "2026-11-28, with excerpts of the page",
    hosts: ["aliyuncs.com"],
    zone: /^-?[a-z]$/,
    regions: {
      CN: "cn-qingdao cn-beijing cn-zhangjiakou cn-huhehaote cn-wulanchabu cn-hangzhou cn-shanghai cn-shenzhen cn-heyuan cn-guangzhou cn-chengdu",
      HK: "cn-hongkong",
      SG: "ap-southeast-1",
      MY: "ap-southeast-3",
      ID: "ap-southeast-5",
      PH: "ap-southeast-6",
      TH: "ap-southeast-7",
      JP: "ap-northeast-1",
      KR: "ap-northeast-2",
      US: "us-west-1 us-east-1",
      DE: "eu-central-1",
      GB: "eu-west-1",
      AE: "me-east-1",
      SA: "me-central-1",
    },
  },
  {
    name: "OVHcloud",
    source: "https://www.ovhcloud.com/en/public-cloud/regions-availability/",
    checked: "not compared",
    hosts: ["cloud.ovh.net", "k8s.ovh.net"],
    zone: /^\d*(-[a-c])?$/,
    regions: {
      FR: "gra rbx sbg eu-west-par",
      DE: "de lim eu-west-lim",
      GB: "uk",
      PL: "waw",
      CA: "bhs ca-east-bhs",
      SG: "sgp",
      AU: "syd",
      IN: "ap-south-mum",
    },
  },
  {
    name: "Scaleway",
    source: "https://www.scaleway.com/en/docs/account/reference-content/products-availability/",
    checked: "not compared",
    hosts: ["scw.cloud"],
    zone: /^-[1-3]$/,
    regions: { FR: "fr-par", NL: "nl-ams", PL: "pl-waw" },
  },
  {
    name: "Hetzner",
    source: "https://docs.hetzner.com/cloud/general/locations/",
    checked: "not compared",
    hosts: ["your-objectstorage.com"],
    zone: /^(-dc\d+)?$/,
    regions: { DE: "fsn1 nbg1", FI: "hel1", US: "ash hil", SG: "sin" },
  },
  {
    name: "DigitalOcean",
    source: "https://docs.digitalocean.com/platform/regional-availability/",
    checked: "not compared",
    hosts: ["digitaloceanspaces.com", "k8s.ondigitalocean.com"],
    zone: /^$/,
    regions: {
      US: "nyc1 nyc2 nyc3 sfo2 sfo3 atl1",
      NL: "ams3",
      SG: "sgp1",
      GB: "lon1",
      DE: "fra1",
      CA: "tor1",
      IN: "blr1",
      AU: "syd1",
    },
  },
  {
    name: "Linode",
    source: "https://techdocs.akamai.com/cloud-computing/docs/how-to-choose-a-data-center",
    checked: "not compared",
    hosts: ["linodeobjects.com", "linodelke.net"],
    zone: /^$/,
    regions: {
      US: "us-east us-central us-west us-southeast us-ord us-iad us-mia us-lax us-sea",
      DE: "eu-central de-fra-2",
      GB: "eu-west gb-lon",
      BR: "br-gru",
      IN: "ap-west in-maa in-bom-2",
      SG: "ap-south sg-sin-2",
      ID: "id-cgk",
    },
  },
  {
    name: "UpCloud",
    source: "https://upcloud.com/data-centres/",
    checked: "not compared",
    hosts: ["upcloudobjects.com"],
    zone: /^$/,
    regions: {
      FI: "fi-hel1 fi-hel2",
      DE: "de-fra1",
      GB: "uk-lon1",
      NL: "nl-ams1",
      SE: "se-sto1",
      PL: "pl-waw1",
      ES: "es-mad1",
      US: "us-chi1 us-nyc1 us-sjo1",
      SG: "sg-sin1",
      AU: "au-syd1",
    },
  },
  {
    name: "Exoscale",
    source: "https://www.exoscale.com/datacenters/",
    checked: "not compared",
    hosts: ["exo.io"],
    zone: /^$/,
    regions: {
      CH: "ch-gva-2 ch-dk-2",
      DE: "de-fra-1 de-muc-1",
      AT: "at-vie-1 at-vie-2",
      BG: "bg-sof-1",
      HR: "hr-zag-1",
    },
  },
  {
    name: "Tencent Cloud",
    source: "https://www.tencentcloud.com/document/product/213/6091",
    checked: "not compared",
    hosts: ["myqcloud.com", "tencentcos.cn"],
    zone: /^-\d$/,
    regions: {
      CN: "ap-beijing ap-shanghai ap-guangzhou ap-chengdu ap-chongqing ap-nanjing",
      HK: "ap-hongkong",
      SG: "ap-singapore",
      ID: "ap-jakarta",
      TH: "ap-bangkok",
      JP: "ap-tokyo",
      KR: "ap-seoul",
      BR: "sa-saopaulo",
      DE: "eu-frankfurt",
      US: "na-ashburn na-siliconvalley",
    },
  },
  {
    name: "IBM Cloud",
    source: "https://cloud.ibm.com/docs/overview?topic=overview-locations",
    checked: "not compared",
    hosts: ["appdomain.cloud"],
    zone: /^-[1-3]$/,
    regions: {
      US: "us-south us-east",
      BR: "br-sao",
      CA: "ca-tor ca-mon",
      DE: "eu-de",
      GB: "eu-gb",
      ES: "eu-es",
      JP: "jp-tok jp-osa",
      AU: "au-syd",
    },
  },
];

const regionsByName: ReadonlyMap<string, readonly ProviderRegion[]> = Map.groupBy(
  providers.flatMap(({ name: provider, regions }) =>
    Object.entries(regions).flatMap(([country, names]) =>
      names.split(" ").map((region): ProviderRegion => ({ provider, region, country })),
    ),
  ),
  ({ region }) => region,
);

/** The regions of this name, of AWS too; none where no provider that the kit knows has one. */
export function regionsNamed(name: string): readonly ProviderRegion[] {
  const region = name.toLowerCase();
  const aws = Object.hasOwn(awsRegions, region) ? awsRegions[region] : undefined;
  return [
    ...(aws === undefined ? [] : [{ provider: "AWS", region, country: aws.country }]),
    ...(regionsByName.get(region) ?? []),
  ];
}

const zoneEnds = providers.flatMap(({ name, zone }) =>
  [...regionsByName.values()]
    .flat()
    .filter(({ provider }) => provider === name)
    .map((place) => ({ place, zone })),
);

/** A plan has few zones, and many objects that name them. */
const zonesRead = new Map<string, readonly ProviderRegion[]>();

/** The regions in which a zone of this name may be, such as `southafricanorth-1`, `africa-south1-a` and `tr-west-1a`. */
export function regionsOfZone(name: string): readonly ProviderRegion[] {
  const zone = name.toLowerCase();
  const known = zonesRead.get(zone);
  if (known !== undefined) return known;
  const aws = awsZone(zone);
  const found = [
    ...(aws === undefined ? [] : [{ provider: "AWS", region: aws.region, country: aws.country }]),
    ...zoneEnds
      .filter(
        ({ place: { region }, zone: rest }) =>
          zone.length > region.length && zone.startsWith(region) && rest.test(zone.slice(region.length)),
      )
      .map(({ place }) => place),
  ];
  if (zonesRead.size < 1000) zonesRead.set(zone, found);
  return found;
}

/** The region that a host of a provider names; undefined for other hosts, and where it names none. */
export function regionOfProviderHost(host: string): ProviderRegion | undefined {
  const provider = providers.find(({ hosts }) => hosts.some((end) => host.endsWith(`.${end}`)));
  if (provider === undefined) return undefined;
  for (const label of host.toLowerCase().split(".").reverse())
    for (const name of [label, label.slice(label.indexOf("-") + 1), label.replace(/-docker$/, "")]) {
      const found = regionsByName.get(name)?.find((one) => one.provider === provider.name);
      if (found !== undefined) return found;
    }
  return undefined;
}
