/** Annotations of routes that name hosts, and those that hold a piece of a server's settings. */
import type { PolicyContext } from "../../engine/context.ts";
import type { Violation } from "../../engine/policy.ts";
import { hostsIn } from "../../resources/hosts.ts";

/** Directives of nginx and HAProxy that set headers, limits, times and buffers alone. */
const harmless =
  /^(add_header|more_(set|clear)_(input_)?headers|proxy_set_header|proxy_hide_header|proxy_pass_header|proxy_(buffer\w*|buffering|\w*timeout|request_buffering|http_version|max_temp_file_size|cookie_\w+|intercept_errors)|client_\w+|large_client_header_buffers|gzip\w*|brotli\w*|expires|etag|keepalive\w*|send_timeout|allow|deny|limit_\w+|charset|server_tokens|chunked_transfer_encoding|if|set|http-response|http-request|timeout|option|default_type|types|satisfy|real_ip_\w+|set_real_ip_from|port_in_redirect|absolute_redirect|grpc_\w*timeout)$/;

const remediation = "Remove it, or register the host under residency.endpoints with its country.";

export function snippetViolations(
  key: string,
  value: string,
  path: string,
  context: PolicyContext,
): Violation[] {
  // A name that ExternalDNS publishes, a certificate's or a header's, is a server all the same.
  const plain = value.replaceAll(/\$\{?\w+\}?|;/g, " ");
  const named = hostsIn({ key: `${key} host`, value: plain, path });
  const outside = [...new Set(named.flatMap(({ host }) => context.outside(host) ?? []))].map((where) => ({
    path,
    value,
    message: `It names ${where}.`,
    remediation,
  }));
  if (!/snippet/i.test(key)) return outside;
  const unknown = directivesOf(value).filter((directive) => !harmless.test(directive));
  if (unknown.length === 0) return outside;
  return [
    ...outside,
    {
      path,
      value: unknown.join(", "),
      message: `The snippet does more than set headers and limits (${unknown.join(", ")}).`,
      remediation: "Remove it; use the controller's own annotations.",
    },
  ];
}

/** First words of the directives, each once. */
function directivesOf(snippet: string): string[] {
  const plain = snippet.replaceAll(/^[ \t]*#.*$/gm, "").replaceAll(/"[^"\n]*"|'[^'\n]*'/g, '""');
  const isBlock = /[;{]/.test(plain);
  const pieces = plain.split(isBlock ? /[;{}]/ : "\n");
  return [
    ...new Set(pieces.map((piece) => /^[\w-]+/.exec(piece.trim())?.[0] ?? "").filter((word) => word !== "")),
  ];
}
