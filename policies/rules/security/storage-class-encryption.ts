/** Storage classes of drivers that can encrypt do so. */
import { all, literal } from "../../cel/cel.ts";
import { notApplicable, type ResourcePolicy } from "../../engine/policy.ts";
import { textAt, textMapAt } from "../../resources/properties.ts";

/** By driver, the parameter that switches encryption on. Others encrypt below the driver, or not at all. */
const parameters: Readonly<Record<string, string>> = {
  "ebs.csi.aws.com": "encrypted",
  "efs.csi.aws.com": "encrypted",
  "rbd.csi.ceph.com": "encrypted",
  "cephfs.csi.ceph.com": "encrypted",
  "driver.longhorn.io": "encrypted",
  "openebs.io/local": "encrypted",
  "csi.vsphere.vmware.com": "encrypted",
};

export const storageClassEncryption: ResourcePolicy = {
  id: "storage-class-encryption",
  area: "security",
  scope: "resource",
  title: "Storage classes encrypt their volumes.",
  risk: "Every volume of the class, and each of its snapshots, is in plain text on its disks.",
  types: ["kubernetes:storage.k8s.io/*:StorageClass"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.24"], nist80053: ["SC-28", "SC-28(1)"] },
  remediation: "Switch encryption on with the driver's parameter; existing volumes can't be encrypted.",
  check({ properties }) {
    const driver = textAt(properties, "provisioner") ?? "";
    const suffix = Object.keys(parameters).find((known) => driver === known || driver.endsWith(`.${known}`));
    const parameter = suffix === undefined ? undefined : parameters[suffix];
    if (parameter === undefined) return notApplicable;
    const value = textMapAt(properties, "parameters").get(parameter);
    if (value === "true") return [];
    return {
      path: `parameters.${parameter}`,
      value: value ?? "absent",
      message: `Volumes of ${driver} are not encrypted.`,
      remediation: `Set the parameter ${parameter} to "true".`,
    };
  },
  admission: {
    misses: "Storage classes that the stack does not make itself are not checked.",
    rules: () => ({
      expression: all(
        ...Object.entries(parameters).map(
          ([driver, parameter]) =>
            `!(object.provisioner == ${literal(driver)} || object.provisioner.endsWith(${literal(`.${driver}`)})) || object.?parameters[?${literal(parameter)}].orValue("") == "true"`,
        ),
      ),
      message: "The class's volumes are not encrypted.",
    }),
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: encrypted }
provisioner: ebs.csi.aws.com
parameters: { encrypted: "true", type: gp3 }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: clear }
provisioner: ebs.csi.aws.com
parameters: { type: gp3 }`,
        findings: `StorageClass/clear parameters.encrypted: Volumes of ebs.csi.aws.com are not encrypted. Set the parameter encrypted to "true".`,
      },
    ],
  },
};
