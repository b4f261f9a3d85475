/** Which words of a text are read as hosts, and which look like hosts and are none. */
import { describe, expect, test } from "vitest";
import { hostsIn } from "../../policies/resources/hosts.ts";

const hostsOfText = (value: string, key = "settings"): string[] =>
  hostsIn({ value, key, path: `data.${key}` }).map(({ host }) => host);

describe("a host as programs spell it", () => {
  test.each([
    ["HTTPS://Collect.Example.COM/in", ["collect.example.com"]],
    ["https://user:secret@a.example.com:8443/in", ["a.example.com"]],
    ["https://own@b.example.com", ["b.example.com"]],
    ["https://3405803785/in", ["203.0.113.9"]],
    ["http://0xcb.0.0x71.9/in", ["203.0.113.9"]],
    ["tcp:db.example.com,1433", ["db.example.com"]],
    ["amqps://a.example.com,b.example.com", ["a.example.com", "b.example.com"]],
    ["forward . 203.0.113.9 2001:db8::9", ["2001:db8::9", "203.0.113.9"]],
    ["collect.example.com/in?x=1", ["collect.example.com"]],
    ["server=/example.com/203.0.113.9", ["203.0.113.9"]],
    ["gs://copies/today", ["storage.googleapis.com"]],
    ["собери.пример.рф", ["xn--90aijvmc.xn--e1afmkfd.xn--p1ai"]],
    ["<a/><!-- no: x.example.com --><host>y.example.com</host>", ["y.example.com"]],
    ["# see docs.example.com\ncurl z.example.com/in", ["z.example.com"]],
  ])("%s", (text, hosts) => {
    expect(hostsOfText(text)).toEqual(hosts);
  });
});

describe("no host", () => {
  test.each([
    "foo.bar.yaml",
    "com.example.sinks.FileSink",
    "org.apache.kafka.common.serialization.StringSerializer",
    "management.tls.enabled = true",
    "log.console.level = info",
    '{"register.email":"E-mail","account.data.download":"Download"}',
    "Nothing is sent.Everything stays e.g. here.",
    "version: 1.2.3.4",
    "netmask 255.255.255.0",
    "10.0.0.0/8 203.0.113.0/24",
    "prometheus.io/scrape",
    "monitoring.coreos.com/v1",
    "--controller-class=k8s.io/ingress-nginx",
    "--web.listen-address=:9115 --path.procfs=/host/proc --collector.netdev.device-exclude=veth",
    "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
    "apiGroups:\n  - kyverno.io\n  - reports.kyverno.io\n",
    "requests.cpu, limits.memory, metadata.name",
    "12:30:45 and 00:1a:2b:3c:4d:5e",
    "// links such as https://docs.example.com\nlevel: 1",
    'rate(http_requests_total{job=~"a.b"}[5m])',
  ])("%s", (text) => {
    expect(hostsOfText(text)).toEqual([]);
  });
});

test("a text of 2 MB of dots, dashes and colons is read in one pass", () => {
  for (const piece of ["a.", "a:", "-.", "//", "::", "aHR0", "@a.", "<!--", '"a.b":', "\\u00"])
    expect(hostsOfText(piece.repeat(Math.ceil(200_000 / piece.length))).length).toBeLessThan(10);
});

test("in a certificate in PEM is nobody's to connect to; what only looks like one is read", () => {
  const line = "curl https://hidden.example.com/in?of=certificate";
  const inPem = (start: number[]) => {
    const bytes = Buffer.concat([
      Buffer.from(start),
      Buffer.alloc(48 - start.length, 0x7f),
      Buffer.from(line),
    ]);
    const body = bytes.toString("base64").replaceAll(/.{64}/g, "$&\n");
    return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
  };
  expect(hostsOfText(inPem([0x30, 0x82, 0x01, 0x00]))).toEqual([]);
  expect(hostsOfText(inPem([0x41, 0x42]))).toEqual(["hidden.example.com"]);
});
