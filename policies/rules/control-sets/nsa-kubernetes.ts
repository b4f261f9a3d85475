/** Kubernetes Hardening Guidance of NSA and CISA. It has no numbers of its own; those of Trivy's specification are used. */
import { asked, type ControlSet, open } from "../../engine/control-sets.ts";

const node = "It is a setting of the control plane or a node; kube-bench reads it there.";

export const nsaKubernetes: ControlSet = {
  id: "nsa-kubernetes",
  name: "NSA/CISA Kubernetes",
  title: "NSA and CISA, Kubernetes Hardening Guidance (numbers of Trivy's k8s-nsa-1.0)",
  source:
    "https://www.nsa.gov/Press-Room/News-Highlights/Article/Article/2716980/nsa-cisa-release-kubernetes-hardening-guidance/",
  readAt:
    "https://github.com/aquasecurity/trivy-checks/blob/f70b803f237b3ab439e712e34146401943df7052/pkg/specs/compliance/k8s-nsa-1.0.yaml",
  checked: "2026-11-28",
  controls: [
    asked("1.0", "containers do not run as root", "pod-security", "namespace-security"),
    asked("1.1", "root file systems are read-only", "pod-security"),
    asked("1.2", "no privileged containers", "pod-security", "namespace-security"),
    open(
      "1.3",
      "containers of a pod share no process namespace",
      "Containers of one pod already share its data.",
      "host-access",
    ),
    asked("1.4", "no process namespace of the node", "host-access"),
    asked("1.5", "no network of the node", "host-access"),
    asked("1.6", "no root group", "pod-security"),
    asked("1.7", "no privilege escalation", "pod-security"),
    open("1.8", "an SELinux context is set", "It depends on the node's system.", "pod-security"),
    open("1.9", "an AppArmor profile is set", "It depends on the node's system.", "pod-security"),
    asked("1.10", "a seccomp profile is set", "pod-security"),
    asked("1.11", "service account tokens are protected", "service-account-token"),
    open(
      "1.12",
      "kube-system is not used by users",
      "The stack has a namespace of its own, which the file names.",
    ),
    asked(
      "2.0",
      "NetworkPolicies select pods and namespaces",
      "egress-rules",
      "default-deny-ingress",
      "default-deny-egress",
    ),
    open(
      "3.0",
      "the network enforces NetworkPolicies",
      "The plan does not say which network the cluster has.",
    ),
    open("4.0", "a ResourceQuota limits the namespace", "The stack sets limits for each container instead."),
    open("4.1", "a LimitRange limits containers", "The stack sets limits for each container instead."),
    open("5.0", "no insecure port of the API server", node),
    open("5.1", "connections to etcd are encrypted", node),
    open("6.0", "permissions of kubeconfig files", node),
    open("6.1", "Secrets are encrypted in etcd", "Only the plan of AWS says it.", "cluster-secrets"),
    open("6.2", "the provider of that encryption", "Only the plan of AWS says it.", "cluster-secrets"),
    open("7.0", "no anonymous access to the API server", node, "access-rights"),
    open("7.1", "the API server uses RBAC", node),
    open("8.0", "an audit policy is set", "Only the plan of AWS says it.", "cluster-secrets"),
    open("8.1", "the path of the audit log is set", node),
    open("8.2", "how long the audit log is kept", node, "log-retention"),
  ],
};
