/** `notifications`, `branding`, `support`: what pages and mails need to reach people. */

import { choice, field, optional, settings, text, whole } from "./builders.ts";
import { CountryCode, Email, HostName, LocalisedText, ObjectName, WebAddress } from "./common.ts";
import Type from "./type.ts";

const credentialsSecret = field(
  ObjectName,
  "Credentials",
  "Secret of the cluster (or of AWS Secrets Manager) that holds `username` and `password`.",
  { examples: ["mail-gateway"] },
);

export const Notifications = settings(
  "Notifications",
  "Servers for mail and text messages: plans open the way to them, policies check where they are. The app sends nothing yet; people pass links on themselves.",
  {
    from: field(Email, "Sender", "Sender address of mail.", { derived: "`programme.operator.email`" }),
    replyTo: optional.field(Email, "Answers to", "Address for answers; the sender where absent."),
    mailGateway: optional.group("Mail gateway", "The server that is to send mail.", {
      host: field(HostName, "Host", "Server that accepts mail.", { examples: ["mail.example.gov.za"] }),
      port: whole("Port", "TCP port.", { minimum: 1, maximum: 65535, default: 587, examples: [587] }),
      security: choice(
        "Encryption",
        "How the connection is encrypted; there is no unencrypted one.",
        ["starttls", "tls"],
        { default: "starttls" },
      ),
      country: field(CountryCode, "Country", "Where the server is."),
      credentialsSecret: Type.Optional(credentialsSecret),
    }),
    smsGateway: optional.group("SMS gateway", "The service that is to send text messages.", {
      url: field(WebAddress, "Address", "Address to which messages are posted."),
      country: field(CountryCode, "Country", "Where the gateway is."),
      credentialsSecret: Type.Optional(credentialsSecret),
    }),
  },
);

export const Branding = settings("Branding", "How the pages look.", {
  primaryColour: text("Main colour", "Colour of headings and buttons, with white text on it.", {
    pattern: "^#[0-9a-fA-F]{6}$",
    expected: "a colour of six hexadecimal digits in quotes",
    default: "#0b5c8a",
    examples: ["#0b5c8a"],
  }),
  logo: optional.text("Logo", "Path of an SVG file in the localisation file's folder or below it.", {
    pattern: "^(?!.*(^|/)\\.\\.?(/|$))[^/\\\\:][^\\\\:]*\\.svg$",
    expected: "the path of an SVG file in this folder or below it",
    examples: ["logos/za.svg"],
  }),
});

export const SupportContact = settings("Support", "Who a company can ask.", {
  email: field(Email, "E-mail address", "Where companies ask for help.", {
    derived: "`programme.operator.email`",
  }),
  phone: optional.text("Telephone", "With the country's prefix.", { examples: ["+27 12 000 0000"] }),
  hours: optional.field(LocalisedText, "Hours", "When support is available.", {
    examples: [{ en: "Monday to Friday, 8 to 16" }],
  }),
  url: optional.field(WebAddress, "Help page", "A page with help."),
  privacyNotice: optional.field(WebAddress, "Privacy notice", "The operator's own privacy notice."),
  accessibilityStatement: optional.field(
    WebAddress,
    "Accessibility statement",
    "The operator's own statement.",
  ),
});
