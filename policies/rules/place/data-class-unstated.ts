/** Everything that stores data says which classes of data, so that the right articles apply. */

import { dataClassNames } from "../../../localisation/schema/residency.ts";
import { field, literal } from "../../cel/cel.ts";
import { dataClassKey, isDataClass, statedDataClasses } from "../../engine/data-classes.ts";
import { notApplicable, type ResourcePolicy } from "../../engine/policy.ts";
import { dataStores } from "../../engine/stores.ts";
import { objectsAt } from "../../resources/properties.ts";

export const dataClassUnstated: ResourcePolicy = {
  id: "data-class-unstated",
  area: "place",
  scope: "resource",
  title: "Everything that stores data says which classes of data it stores.",
  risk: "Without the class it is unknown which articles apply to a store, how long it may keep data, and whether the data may leave.",
  types: dataStores,
  severity: "medium",
  level: "mandatory",
  dataClasses: dataClassNames,
  controls: { iso27001: ["A.5.12", "A.5.13"], nist80053: ["AC-16", "CM-8"] },
  remediation: `Set the annotation (Kubernetes) or tag (AWS) ${dataClassKey} to names of \`residency.dataClasses\`, separated by spaces.`,
  check(subject) {
    const isStatefulSet = subject.type.endsWith(":StatefulSet");
    if (isStatefulSet && objectsAt(subject.properties, "spec.volumeClaimTemplates").length === 0)
      return notApplicable;
    const place = subject.type.startsWith("aws:") ? "tags" : "metadata.annotations";
    const stated = statedDataClasses(subject);
    if (stated === undefined)
      return {
        path: place,
        message: "It stores data and does not say of which class.",
        remediation: `Set ${dataClassKey} to one or more of ${dataClassNames.join(", ")}.`,
      };
    return stated
      .filter((word) => !isDataClass(word))
      .map((word) => ({
        path: place,
        value: word,
        message: `${word} is not a class of data.`,
        remediation: `Use ${dataClassNames.join(", ")}.`,
      }));
  },
  admission: {
    rules: () => {
      const key = literal(dataClassKey);
      const stated = (root: string) =>
        `${root}.?metadata.?annotations[?${key}].orValue("") + " " + ${root}.?metadata.?labels[?${key}].orValue("")`;
      const claims = field("object", "spec.volumeClaimTemplates", "[]");
      const words = `([${stated("object")}] + ${claims}.map(claim, ${stated("claim")})).join(" ").replace(",", " ").split(" ").filter(word, word != "")`;
      return {
        expression: `(object.kind == "StatefulSet" && size(${claims}) == 0) || (size(${words}) > 0 && ${words}.all(word, word in ${literal(dataClassNames)}))`,
        message: "It stores data and does not say of which class.",
      };
    },
  },
  examples: {
    passing: [
      {
        pulumi: `
backups: { type: aws:s3/bucket:Bucket, properties: { tags: { rollout/data-classes: backups } } }`,
      },
      {
        manifests: `
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: readings
  annotations: { rollout/data-classes: "machineTelemetry logs" }
spec: { storageClassName: fast-local }`,
      },
    ],
    failing: [
      {
        pulumi: "backups: { type: aws:s3/bucket:Bucket }",
        findings: `Bucket/backups tags: It stores data and does not say of which class. Set rollout/data-classes to one or more of identity, diagnosticAnswers, machineTelemetry, aggregates, logs, backups, keys, state.`,
      },
      {
        pulumi: `
sessions: { type: aws:dynamodb/table:Table, properties: { tags: { rollout/data-classes: identity secret } } }`,
        findings: `Table/sessions tags: secret is not a class of data. Use identity, diagnosticAnswers, machineTelemetry, aggregates, logs, backups, keys, state.`,
      },
      {
        manifests: `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store, namespace: rollout }
spec:
  volumeClaimTemplates: [{ metadata: { name: data }, spec: { storageClassName: fast-local } }]`,
        findings: `rollout/StatefulSet/store metadata.annotations: It stores data and does not say of which class. Set rollout/data-classes to one or more of identity, diagnosticAnswers, machineTelemetry, aggregates, logs, backups, keys, state.`,
      },
    ],
  },
};
