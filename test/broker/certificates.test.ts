/** The local certificate authority: what it issues, keeps, renews and refuses. */

import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { afterAll, expect, test } from "vitest";
import { openCertificates } from "../../apps/broker/certificates.ts";
import { EnvironmentError } from "../../base/kit-error.ts";

const parent = mkdtempSync(join(tmpdir(), "certificates-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));
const days = (count: number) => new Date(Date.now() + count * 86_400_000);

test("a TLS client that trusts the authority reaches the server by each of its names, and by no other", async () => {
  const { ca, key, certificate } = await openCertificates(join(parent, "names"), [
    "broker.example",
    "192.0.2.7",
  ]);
  const server = createServer({ key, cert: certificate }, (socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const reach = (servername: string, trusted = ca) =>
    new Promise<string>((resolve) => {
      const socket = connect({ host: "127.0.0.1", port, ca: trusted, servername }, () => {
        resolve("reached");
        socket.destroy();
      });
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  expect(await reach("localhost")).toBe("reached");
  expect(await reach("broker.example")).toBe("reached");
  expect(await reach("other.example")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  const stranger = await openCertificates(join(parent, "stranger"));
  expect(await reach("localhost", stranger.ca)).not.toBe("reached");
  const parsed = new X509Certificate(certificate);
  for (const address of ["127.0.0.1", "::1", "192.0.2.7"]) expect(parsed.checkIP(address)).toBeDefined();
  server.close();
});

test("keys are readable by their owner only, and a second start finds the same", async () => {
  const folder = join(parent, "kept");
  const first = await openCertificates(folder, ["b.example", "a.example"]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of ["ca.key.pem", "server.pem"])
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  expect(await openCertificates(folder, ["a.example", "b.example"])).toEqual(first);
  expect(await openCertificates(folder, ["a.example"])).toEqual(first);
});

test("the server's certificate is renewed before it expires, for a new name, and when its file is damaged", async () => {
  const folder = join(parent, "renewed");
  const first = await openCertificates(folder);
  expect(await openCertificates(folder, [], days(300))).toEqual(first);
  const later = await openCertificates(folder, [], days(360));
  expect(later.ca).toBe(first.ca);
  expect(later.certificate).not.toBe(first.certificate);
  const named = await openCertificates(folder, ["new.example"], days(360));
  expect(new X509Certificate(named.certificate).checkHost("new.example")).toBe("new.example");
  writeFileSync(join(folder, "server.pem"), named.certificate.slice(0, 300));
  const renewed = await openCertificates(folder, ["new.example"], days(360));
  expect(new X509Certificate(renewed.certificate).verify(new X509Certificate(first.ca).publicKey)).toBe(true);
});

test("an authority that lost its key is not replaced without being asked", async () => {
  const folder = join(parent, "lost");
  await openCertificates(folder);
  rmSync(join(folder, "ca.key.pem"));
  await expect(openCertificates(folder)).rejects.toThrow(EnvironmentError);
  await expect(openCertificates(folder)).rejects.toThrow("its key is missing");
});

test("a first run that was cut off before the authority's certificate starts again", async () => {
  const folder = join(parent, "cut-off");
  const whole = await openCertificates(folder);
  rmSync(join(folder, "ca.pem"));
  const again = await openCertificates(folder);
  expect(again.ca).not.toBe(whole.ca);
  expect(new X509Certificate(again.certificate).verify(new X509Certificate(again.ca).publicKey)).toBe(true);
});
