/** Volumes by drivers: where the driver stores the files, by its name and its settings. */
import { awsRegions } from "../../localisation/cloud-geography.ts";
import { hostsIn } from "../resources/hosts.ts";
import { objectAt, textAt } from "../resources/properties.ts";
import type { JsonObject } from "../resources/resource.ts";
import { textsIn } from "../resources/texts.ts";
import type { PolicyContext } from "./context.ts";
import { regionName } from "./place-names.ts";
import type { Violation } from "./policy.ts";

/** Disks and file systems on the cluster's own nodes or storage, and volumes that hold no data of the stack. */
const ownDrivers =
  /(^|\.)(longhorn\.io|rbd\.csi\.ceph\.com|cephfs\.csi\.ceph\.com|topolvm\.(io|cybozu\.com)|openebs\.io|csi-mayastor|hostpath\.csi\.k8s\.io|csi\.hostpath|local\.csi\.[\w.-]+|csi\.vsphere\.vmware\.com|pxd\.portworx\.com|linstor\.csi\.linbit\.com|csi\.trident\.netapp\.io|csi\.proxmox\.[\w.]+|org\.democratic-csi\.[\w-]+|csi\.simplyblock\.io|csi\.san\.synology\.com|csi\.juicefs\.local|secrets-store\.csi\.k8s\.io|csi\.cert-manager\.io|csi\.spiffe\.io|csi\.tigera\.io|csi\.kubevirt\.io|nodeplugin\.csi\.tigera\.io)$/;

/** Drivers that take a server from their settings; they are judged by it. */
const serverDrivers =
  /^(nfs|smb|iscsi|nvmf|cifs|sshfs|webdav)[\w.-]*\.csi\.[\w.-]+$|^(nfs|smb)\.csi\.k8s\.io$/;

/** Disks that are in one zone: the volume's node affinity says which. */
const zonalDrivers =
  /^(ebs\.csi\.(aws|eks)\.(com|amazonaws\.com)|pd\.csi\.storage\.gke\.io|disk\.csi\.azure\.com|cinder\.csi\.openstack\.org|disk\.csi\.everest\.io|csi\.huaweicloud\.com|diskplugin\.csi\.alibabacloud\.com|dobs\.csi\.digitalocean\.com|csi\.hetzner\.cloud|linodebs\.csi\.linode\.com|blockvolume\.csi\.oraclecloud\.com|vpc\.block\.csi\.ibm\.io|csi\.scaleway\.com|storage\.csi\.upcloud\.com|csi\.exoscale\.com|block\.csi\.vultr\.com)$/;

const serverKeys =
  /^(server|source|share|servers|monitors|mounttargetip|mount_?target|endpoint|endpointurl|url|host|address|portal|portals|targetportal|metaurl|bucketurl)$/i;
const placeKeys = /(^|\.)(region|location|locations|availability(zone)?|zones?)$/i;

const remediation = "Use a claim with the country's storage class.";

/**
 * What is wrong with a volume of a driver.
 * @param holder has the fields `driver`, `volumeHandle`, `volumeAttributes`, or `options` of a flexVolume.
 * @param zoned whether zones of the file are set for the volume itself.
 */
export function violationsOfDriver(
  holder: JsonObject,
  path: string,
  context: PolicyContext,
  zoned: boolean,
): Violation[] {
  const driver = textAt(holder, "driver") ?? "";
  const attributes = objectAt(holder, "volumeAttributes") ?? objectAt(holder, "options") ?? {};
  const handle = textAt(holder, "volumeHandle");
  const violations = violationsOfParameters(attributes, `${path}.volumeAttributes`, context);
  const servers = serversOf(attributes);
  // `10.0.0.5#export`, `//files.example.com/share`: some drivers take the server from the handle.
  if (violations.length === 0 && servers === 0 && handle !== undefined && serverDrivers.test(driver))
    violations.push(
      ...violationsOfServers("source", handle.replace(/[#{].*$/, ""), `${path}.volumeHandle`, context),
    );
  const region = regionOfHandle(handle);
  if (violations.length === 0 && region !== undefined && !context.isAllowedRegion(region))
    violations.push({
      path: `${path}.volumeHandle`,
      value: region,
      message: `It mounts a volume in ${regionName(region)}.`,
      remediation,
    });
  if (violations.length > 0 || isKnownPlace(driver, attributes, context, zoned, servers)) return violations;
  return [
    {
      path: `${path}.driver`,
      value: driver,
      message: `It mounts a volume of the driver ${driver || "without a name"}, whose place is unknown.`,
      remediation,
    },
  ];
}

function isKnownPlace(
  driver: string,
  attributes: JsonObject,
  context: PolicyContext,
  zoned: boolean,
  servers: number,
): boolean {
  if (ownDrivers.test(driver) || servers > 0) return true;
  const classes = context.resources.ofTypes(["kubernetes:storage.k8s.io/*:StorageClass"]);
  const made = classes.some(({ properties }) => properties.provisioner === driver);
  if (zonalDrivers.test(driver)) return zoned || made || context.clusterZones.length === 0;
  if (made && zoned) return true;
  const inRegion = textsIn(attributes).some(
    ({ key, value }) => /region/i.test(key) && context.isAllowedRegion(value),
  );
  // Drivers of AWS without a region use that of their machine.
  return inRegion || (context.country.hosting.target === "aws" && /\.csi\.aws\.com$/.test(driver));
}

/** Servers and places in the settings of a driver or of a storage class. */
export function violationsOfParameters(
  parameters: JsonObject,
  path: string,
  context: PolicyContext,
): Violation[] {
  return textsIn(parameters).flatMap(({ key, value }): Violation[] => {
    const at = `${path}.${key}`;
    if (serverKeys.test(key)) return violationsOfServers(key, value, at, context);
    if (/mountoptions|options|otheropts/i.test(key) && /url=|endpoint|:\/\//.test(value))
      return violationsOfServers("url", value, at, context);
    if (!placeKeys.test(key)) return [];
    return value.split(/[\s,]+/).flatMap((place): Violation[] => {
      const isAllowed = Object.hasOwn(awsRegions, place)
        ? context.isAllowedRegion(place)
        : place === "" ||
          context.clusterZones.length === 0 ||
          context.clusterZones.includes(place) ||
          context.isAllowedRegion(place) ||
          context.isAllowedZone(place);
      if (isAllowed) return [];
      return [
        { path: at, value: place, message: `It mounts a volume in ${regionName(place)}.`, remediation },
      ];
    });
  });
}

const violationsOfServers = (key: string, value: string, path: string, context: PolicyContext): Violation[] =>
  hostsOfServer(key, value).flatMap((host) => violationsOfServer(host, path, context));

/** A server of files or blocks that is neither the stack's nor registered. */
export function violationsOfServer(host: string, path: string, context: PolicyContext): Violation[] {
  const outside = context.outside(host);
  if (outside === undefined) return [];
  return [
    {
      path,
      value: host,
      message: `It mounts a volume of ${outside}.`,
      remediation: `${remediation.slice(0, -1)}, or register ${host} under residency.endpoints.`,
    },
  ];
}

/** `//files.example.com/share`, `\\files\share`, `nfs.example.com:/export`, `https://s3.example.com`. */
function hostsOfServer(key: string, value: string): string[] {
  const named = hostsIn({ key: "server", value, path: "" }).map(({ host }) => host);
  if (named.length > 0) return named;
  const host =
    /^[/\\]{2}([^/\\\s]+)/.exec(value)?.[1] ??
    /^([\w.-]+\.[a-z]{2,}|[\d.]{7,15})(?=[:/#]|$)/i.exec(value)?.[1];
  return host === undefined || key === "share" ? [] : [host.toLowerCase()];
}

/** How many servers the settings name; all of them are allowed, or there is a violation already. */
function serversOf(attributes: JsonObject): number {
  return textsIn(attributes).filter(
    ({ key, value }) =>
      serverKeys.test(key) &&
      key !== "share" &&
      (hostsOfServer(key, value).length > 0 || /^[/\\]{0,2}[a-z0-9-]+([/:].*)?$/i.test(value)),
  ).length;
}

const regionOfHandle = (handle: string | undefined): string | undefined =>
  handle?.split(/[^a-z0-9-]+/).find((word) => Object.hasOwn(awsRegions, word));
