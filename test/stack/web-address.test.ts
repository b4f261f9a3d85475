/** The address that a local stack's links carry, and the hosts that its pages answer for. */
import { hostname } from "node:os";
import { describe, expect, test } from "vitest";
import { webAddressOf } from "../../stacks/local/web-address.ts";

const ports = { http: 8080, mqtt: 1883, mqtts: 8883 };
const of = (bind: string, address?: string) =>
  webAddressOf({ bind, ports, ...(address !== undefined && { address }) }, () => 8081);

describe("a local stack", () => {
  test("on loopback answers for this machine's names alone", () => {
    const web = of("127.0.0.1");
    expect(web.address).toBe("http://127.0.0.1:8081");
    for (const own of ["127.0.0.1", "localhost", "[::1]", hostname().toLowerCase()])
      expect(web.isOwnHost(own), own).toBe(true);
    for (const other of ["evil.example", "localhost.evil.example", "192.0.2.7", "[2001:db8::1]", ""])
      expect(web.isOwnHost(other), other).toBe(false);
  });

  test("on every interface answers for IP addresses too, and for no other name", () => {
    for (const bind of ["0.0.0.0", "::"]) {
      const web = of(bind);
      expect(web.address).toBe(`http://${hostname()}:8081`);
      for (const own of ["192.0.2.7", "[2001:db8::1]", "localhost"])
        expect(web.isOwnHost(own), own).toBe(true);
      expect(web.isOwnHost("evil.example")).toBe(false);
    }
  });

  test("behind a proxy carries the address that the file names, and answers for its host", () => {
    const web = of("127.0.0.1", "https://sme.example.org/");
    expect(web.address).toBe("https://sme.example.org");
    expect(web.isOwnHost("sme.example.org")).toBe(true);
    expect(web.isOwnHost("evil.example")).toBe(false);
  });
});
