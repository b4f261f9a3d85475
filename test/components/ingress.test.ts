/** The gateway, certificates, operators and monitoring, as the file asks for them. */

import { describe, expect, test } from "vitest";
import { InputError } from "../../base/kit-error.ts";
import { at, kindOf, shownName } from "../../plan/plan.ts";
import { list, object, objectsOf, planChanged } from "../plan/planned.ts";

describe("pages", () => {
  test("by an Ingress, with the class of the file and TLS", async () => {
    const plan = await planChanged((cluster) => {
      cluster.gateway = { kind: "ingress", className: "haproxy" };
      cluster.domain = "sme.example.org";
    });
    const spec = at(object(plan, "Ingress", "web").properties, "spec");
    expect(at(spec, "ingressClassName")).toBe("haproxy");
    expect(at(spec, "tls")).toEqual([{ hosts: ["sme.example.org"], secretName: "web-certificate" }]);
    expect(objectsOf(plan, "Gateway")).toEqual([]);
  });

  test("by the Gateway API: encrypted up to the pod, plain HTTP only leads to HTTPS", async () => {
    const plan = await planChanged((cluster) => {
      cluster.gateway = { kind: "gateway-api", className: "eg" };
      cluster.domain = "sme.example.org";
    });
    expect(objectsOf(plan, "Ingress")).toEqual([]);
    const redirect = at(object(plan, "HTTPRoute", "web-redirect").properties, "spec");
    expect(at(redirect, "rules", 0, "backendRefs")).toBeUndefined();
    expect(at(redirect, "rules", 0, "filters", 0, "requestRedirect", "scheme")).toBe("https");
    const encryption = at(object(plan, "BackendTLSPolicy", "web").properties, "spec");
    const served = list(
      at(object(plan, "Certificate", "diagnostic-certificate").properties, "spec", "dnsNames"),
    );
    expect(served).toContain(at(encryption, "validation", "hostname"));
  });

  test("a gateway without a class is refused with a remediation", async () => {
    const plan = planChanged((cluster) => {
      cluster.gateway = { kind: "gateway-api" };
    });
    await expect(plan).rejects.toBeInstanceOf(InputError);
    // One plan's failure leaves the next alone.
    await expect(planChanged()).resolves.toBeDefined();
  });
});

describe("certificates", () => {
  test("own-ca: machines and pages have an authority that is not the parts' own", async () => {
    const plan = await planChanged((cluster) => {
      cluster.tls = { issuer: "own-ca", secretName: "unused" };
    });
    const issuerOf = (name: string) =>
      at(object(plan, "Certificate", name).properties, "spec", "issuerRef", "name");
    expect(issuerOf("mqtt-certificate")).toBe("own-authority");
    expect(issuerOf("web-certificate")).toBe("own-authority");
    expect(issuerOf("ingest-certificate")).toBe("internal-authority");
  });

  test("acme: pages by the authority of the file, and its proof gets through the wall", async () => {
    const plan = await planChanged((cluster) => {
      cluster.tls = {
        issuer: "acme",
        acmeServer: "https://ca.example.org/directory",
        acmeEmail: "it@example.org",
        secretName: "unused",
      };
    });
    expect(at(object(plan, "Issuer", "acme").properties, "spec", "acme", "server")).toBe(
      "https://ca.example.org/directory",
    );
    const proof = at(object(plan, "NetworkPolicy", "acme-proofs").properties, "spec");
    expect(at(proof, "podSelector", "matchLabels")).toEqual({ "acme.cert-manager.io/http01-solver": "true" });
    expect(at(proof, "policyTypes")).toEqual(["Ingress"]);
    await expect(
      planChanged((cluster) => {
        cluster.tls = { issuer: "acme", secretName: "unused" };
      }),
    ).rejects.toThrow("no authority is named");
  });

  test("secret: the team's own, and nothing is made for the doors", async () => {
    const plan = await planChanged((cluster) => {
      cluster.tls = { issuer: "secret", secretName: "brought" };
    });
    expect(at(object(plan, "Ingress", "web").properties, "spec", "tls", 0, "secretName")).toBe("brought");
    const volumes = list(
      at(object(plan, "StatefulSet", "broker").properties, "spec", "template", "spec", "volumes"),
    );
    expect(volumes.map((volume) => at(volume, "secret", "secretName"))).toContain("brought");
    const made = objectsOf(plan, "Certificate").map(shownName);
    expect(made).not.toContain("web-certificate");
    expect(made).toContain("ingest-certificate");
  });
});

describe("operators", () => {
  test("are installed in the zones, from the country's registry, by version; in order", async () => {
    const plan = await planChanged();
    const releases = plan.resources.filter((resource) => kindOf(resource) === "Release");
    expect(releases.map(shownName).sort()).toEqual(["cert-manager", "cloudnative-pg", "plugin-barman-cloud"]);
    for (const release of releases) {
      const [name, { properties }] = [shownName(release), release];
      expect(properties.chart, name).toBe(`oci://registry.example.org/charts/${name}`);
      expect(String(properties.version), name).toMatch(/^v?\d+\.\d+\.\d+$/);
      expect(JSON.stringify(properties.values), name).toContain('"zone-a","zone-b","zone-c"');
    }
    // A part's children wait for the part, and the part for the operators.
    const part = (name: string) =>
      plan.resources.find((resource) => !resource.custom && resource.name === name)?.dependencies ?? [];
    expect(part("certificates").some((urn) => urn.endsWith("::operators-cert-manager"))).toBe(true);
    expect(part("relational-store").some((urn) => urn.endsWith("::operators-cloudnative-pg"))).toBe(true);
  });

  test("are left out where the cluster has them", async () => {
    const plan = await planChanged((cluster) => {
      cluster.operators = { certManager: "preinstalled", cloudNativePg: "preinstalled" };
    });
    expect(plan.resources.filter((resource) => kindOf(resource) === "Release")).toEqual([]);
  });
});

describe("monitoring", () => {
  test("by annotations every pod with metrics says where they are", async () => {
    const plan = await planChanged((cluster) => {
      cluster.monitoring = "annotations";
    });
    for (const kind of ["StatefulSet", "Deployment"])
      for (const { name, properties } of objectsOf(plan, kind)) {
        const template = at(properties, "spec", "template");
        const port = at(template, "metadata", "annotations", "prometheus.io/port");
        const open = list(at(template, "spec", "containers", 0, "ports"));
        expect(
          open.map((one) => String(at(one, "containerPort"))),
          name,
        ).toContain(port);
      }
    expect(objectsOf(plan, "PodMonitor")).toEqual([]);
  });

  test("by the Prometheus operator: one monitor finds every pod, alerts say what to do", async () => {
    const plan = await planChanged((cluster) => {
      cluster.monitoring = "prometheus-operator";
    });
    expect(JSON.stringify(objectsOf(plan, "Deployment"))).not.toContain("prometheus.io/scrape");
    const monitor = at(object(plan, "PodMonitor", "stack").properties, "spec");
    const labels = at(monitor, "selector", "matchLabels") as Record<string, string>;
    for (const kind of ["StatefulSet", "Deployment"])
      for (const { name, properties } of objectsOf(plan, kind)) {
        const template = at(properties, "spec", "template");
        for (const [label, value] of Object.entries(labels))
          expect(at(template, "metadata", "labels", label), name).toBe(value);
        expect(
          list(at(template, "spec", "containers", 0, "ports")).map((port) => at(port, "name")),
          name,
        ).toContain("metrics");
      }
    const rules = list(at(object(plan, "PrometheusRule", "stack").properties, "spec", "groups", 0, "rules"));
    expect(rules.length).toBeGreaterThan(8);
    for (const rule of rules) {
      expect(at(rule, "annotations", "description")).toBeTruthy();
      expect(String(at(rule, "expr"))).toContain('namespace="rollout"');
    }
    const dashboard = at(
      object(plan, "ConfigMap", "dashboard").properties,
      "data",
      "country-rollout-kit.json",
    );
    expect(JSON.parse(String(dashboard)).panels.length).toBeGreaterThan(5);
  });
});

test("technicians are told the port at which machines reach the broker", async () => {
  const portWith = async (nodePort?: number) => {
    const plan = await planChanged((cluster) => {
      cluster.mqtt = { expose: "node-port", allowedSources: [], ...(nodePort !== undefined && { nodePort }) };
    });
    const text = at(object(plan, "ConfigMap", "connections").properties, "data", "connections.json");
    return [JSON.parse(String(text)).machines.port, plan.outputs.mqttAddress];
  };
  expect(await portWith(30883)).toEqual([30883, expect.stringMatching(/:30883$/)]);
  expect(await portWith()).toEqual([8883, expect.stringMatching(/:8883$/)]);
});
