/** Containers can't take over their node, and with it every tenant's data. */
import { every, field, literal } from "../../cel/cel.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { containersOf, podOf, workloads } from "../../resources/pods.ts";
import { booleanAt, numberAt, textAt, textsAt } from "../../resources/properties.ts";
import type { Json } from "../../resources/resource.ts";

const harmlessCapabilities = new Set(["NET_BIND_SERVICE"]);

export const podSecurity: ResourcePolicy = {
  id: "pod-security",
  area: "kubernetes",
  scope: "resource",
  title:
    "Containers meet the Pod Security Standard restricted, with a root filesystem that is read only and a limit of memory.",
  risk: "A privileged container reads the disks and secrets of every pod on its node; one without a limit takes their memory.",
  types: workloads,
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.8.2", "A.8.18"], nist80053: ["AC-6", "SC-39"] },
  remediation:
    "Run as non-root, without privilege escalation, with all capabilities dropped, the runtime's seccomp profile, a read-only root filesystem and a limit of memory.",
  check(subject) {
    const { pod } = podOf(subject);
    if (pod === undefined) return [];
    const podContext = pod.spec.securityContext ?? null;
    return containersOf(pod).flatMap(({ value, path }): Violation[] => {
      const name = textAt(value, "name") ?? "?";
      const own = value.securityContext ?? null;
      const at = `${path}.securityContext`;
      const violations: Violation[] = [];
      const add = (field: string, message: string, remediation: string) =>
        violations.push({
          path: `${at}.${field}`,
          message: `The container ${name} ${message}.`,
          remediation,
        });
      if (booleanAt(own, "privileged") === true) add("privileged", "is privileged", "Remove privileged.");
      if (booleanAt(own, "allowPrivilegeEscalation") !== false)
        add("allowPrivilegeEscalation", "may gain privileges", "Set allowPrivilegeEscalation to false.");
      const nonRoot = booleanAt(own, "runAsNonRoot") ?? booleanAt(podContext, "runAsNonRoot");
      const user = numberAt(own, "runAsUser") ?? numberAt(podContext, "runAsUser");
      if (nonRoot !== true || user === 0)
        add(
          user === 0 ? "runAsUser" : "runAsNonRoot",
          "may run as root",
          "Set runAsNonRoot to true, and runAsUser to a number other than 0.",
        );
      const dropped = textsAt(own, "capabilities.drop").map(({ value: capability }) => capability);
      if (!dropped.includes("ALL")) add("capabilities.drop", "keeps root capabilities", "Drop ALL.");
      for (const { value: capability } of textsAt(own, "capabilities.add"))
        if (!harmlessCapabilities.has(capability))
          add("capabilities.add", `has the capability ${capability}`, "Remove it.");
      const seccomp = textAt(own, "seccompProfile.type") ?? textAt(podContext, "seccompProfile.type");
      if (seccomp !== "RuntimeDefault" && seccomp !== "Localhost")
        add("seccompProfile.type", "may make any system call", "Set it to RuntimeDefault.");
      for (const field of ["appArmorProfile.type", "procMount"]) {
        const unmasked = textAt(own, field) ?? textAt(podContext, field);
        if (unmasked !== undefined && /^Un/.test(unmasked))
          add(field, `runs without the runtime's masks (${unmasked})`, "Remove it.");
      }
      if (booleanAt(own, "windowsOptions.hostProcess") ?? booleanAt(podContext, "windowsOptions.hostProcess"))
        add("windowsOptions.hostProcess", "runs as a process of its node", "Remove hostProcess.");
      if (booleanAt(own, "readOnlyRootFilesystem") !== true)
        add(
          "readOnlyRootFilesystem",
          "may write to its root filesystem",
          "Set it to true and mount an emptyDir where it writes.",
        );
      // The API server takes no limits for a container that is added to a running pod.
      const limited =
        path.includes("ephemeralContainers") ||
        [value, pod.spec].some((holder) => amount(holder, "resources.limits.memory") !== undefined);
      if (!limited)
        violations.push({
          path: `${path}.resources.limits.memory`,
          message: `The container ${name} has no limit of memory.`,
          remediation: "Set requests and limits.",
        });
      return violations;
    });
  },
  admission: {
    misses: "A writable root filesystem and a missing limit of memory are not checked.",
    lets: ({ path }) =>
      /(readOnlyRootFilesystem|limits\.memory|procMount|appArmorProfile\.type|windowsOptions\.hostProcess)$/.test(
        path,
      ),
    rules: () => {
      const own = (path: string, otherwise: string) =>
        field("container", `securityContext.${path}`, otherwise);
      const inherited = (path: string, otherwise: string) =>
        own(path, field("variables.pod", `securityContext.${path}`, otherwise));
      const everyContainer = (expression: string, message: string) => ({
        ...every("variables.containers", "container", expression, "container.name"),
        message: `A container ${message}.`,
      });
      return [
        everyContainer(`!${own("privileged", "false")}`, "is privileged"),
        everyContainer(`!${own("allowPrivilegeEscalation", "true")}`, "may gain privileges"),
        everyContainer(
          `${inherited("runAsNonRoot", "false")} && ${inherited("runAsUser", "1")} != 0`,
          "may run as root",
        ),
        everyContainer(`"ALL" in ${own("capabilities.drop", "[]")}`, "keeps root capabilities"),
        everyContainer(
          `${own("capabilities.add", "[]")}.all(added, added in ${literal([...harmlessCapabilities])})`,
          "has root capabilities",
        ),
        everyContainer(
          `${inherited("seccompProfile.type", '""')} in ["RuntimeDefault", "Localhost"]`,
          "may make any system call",
        ),
      ];
    },
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec:
  securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: app
      image: app:1
      resources: { limits: { memory: 64Mi } }
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec:
  securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: app
      image: app:1
      resources: { limits: { memory: 64Mi } }
      securityContext:
        privileged: true
        readOnlyRootFilesystem: true
        allowPrivilegeEscalation: false
        runAsUser: 0
        capabilities: { drop: [ALL], add: [SYS_ADMIN] }`,
        findings: `
rollout/Pod/app spec.containers[0].securityContext.privileged: The container app is privileged. Remove privileged.
rollout/Pod/app spec.containers[0].securityContext.runAsUser: The container app may run as root. Set runAsNonRoot to true, and runAsUser to a number other than 0.
rollout/Pod/app spec.containers[0].securityContext.capabilities.add: The container app has the capability SYS_ADMIN. Remove it.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec: { containers: [{ name: app, image: app:1 }] }`,
        findings: `
rollout/Pod/app spec.containers[0].securityContext.allowPrivilegeEscalation: The container app may gain privileges. Set allowPrivilegeEscalation to false.
rollout/Pod/app spec.containers[0].securityContext.runAsNonRoot: The container app may run as root. Set runAsNonRoot to true, and runAsUser to a number other than 0.
rollout/Pod/app spec.containers[0].securityContext.capabilities.drop: The container app keeps root capabilities. Drop ALL.
rollout/Pod/app spec.containers[0].securityContext.seccompProfile.type: The container app may make any system call. Set it to RuntimeDefault.
rollout/Pod/app spec.containers[0].securityContext.readOnlyRootFilesystem: The container app may write to its root filesystem. Set it to true and mount an emptyDir where it writes.
rollout/Pod/app spec.containers[0].resources.limits.memory: The container app has no limit of memory. Set requests and limits.`,
      },
    ],
  },
};

/** A quantity, as a text or a number. */
const amount = (holder: Json, path: string): string | number | undefined =>
  textAt(holder, path) ?? numberAt(holder, path);
