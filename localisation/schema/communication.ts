/** `notifications`, `branding`, `support`: what pages and mails need to reach people. */

import {
  CountryCode,
  Email,
  field,
  HostName,
  LocalisedText,
  ObjectName,
  strictObject,
  WebAddress,
} from "./common.ts";
import Type from "./type.ts";

const credentialsSecret = field(ObjectName, {
  title: "Credentials",
  description: "Secret of the cluster (or of AWS Secrets Manager) that holds `username` and `password`.",
  examples: ["mail-gateway"],
});

export const Notifications = strictObject(
  {
    from: field(Email, {
      title: "Sender",
      description: "Sender address of mails.",
      derived: "`programme.operator.email`",
    }),
    replyTo: Type.Optional(
      field(Email, {
        title: "Answers to",
        description: "Address for answers; the sender where absent.",
      }),
    ),
    mailGateway: Type.Optional(
      strictObject(
        {
          host: field(HostName, {
            title: "Host",
            description: "Server that accepts mail.",
            examples: ["mail.example.gov.za"],
          }),
          port: Type.Integer({
            title: "Port",
            description: "TCP port.",
            minimum: 1,
            maximum: 65535,
            default: 587,
            examples: [587],
          }),
          security: Type.Enum(["starttls", "tls"], {
            title: "Encryption",
            description: "How the connection is encrypted; there is no unencrypted one.",
            default: "starttls",
          }),
          country: field(CountryCode, { title: "Country", description: "Where the server is." }),
          credentialsSecret: Type.Optional(credentialsSecret),
        },
        {
          title: "Mail gateway",
          description:
            "The server that sends mail. Without one, mail stays in the app's outbox and a page shows it.",
        },
      ),
    ),
    smsGateway: Type.Optional(
      strictObject(
        {
          url: field(WebAddress, { title: "Address", description: "Address to which messages are posted." }),
          country: field(CountryCode, { title: "Country", description: "Where the gateway is." }),
          credentialsSecret: Type.Optional(credentialsSecret),
        },
        {
          title: "SMS gateway",
          description: "The service that sends text messages; none are sent without it.",
        },
      ),
    ),
  },
  { title: "Notifications", description: "How the app sends mails and text messages.", default: {} },
);

export const Branding = strictObject(
  {
    primaryColour: Type.String({
      title: "Main colour",
      description: "Colour of headings and buttons, with white text on it.",
      pattern: "^#[0-9a-fA-F]{6}$",
      expected: "a colour of six hexadecimal digits in quotes",
      default: "#0b5c8a",
      examples: ["#0b5c8a"],
    }),
    logo: Type.Optional(
      Type.String({
        title: "Logo",
        description: "Path of an SVG file in the localisation file's folder or below it.",
        pattern: "^(?!.*(^|/)\\.\\.?(/|$))[^/\\\\:][^\\\\:]*\\.svg$",
        expected: "the path of an SVG file in this folder or below it",
        examples: ["logos/za.svg"],
      }),
    ),
  },
  { title: "Branding", description: "How the pages look.", default: {} },
);

export const SupportContact = strictObject(
  {
    email: field(Email, {
      title: "E-mail address",
      description: "Where companies ask for help.",
      derived: "`programme.operator.email`",
    }),
    phone: Type.Optional(
      Type.String({
        title: "Telephone",
        description: "With the country's prefix.",
        examples: ["+27 12 000 0000"],
      }),
    ),
    hours: Type.Optional(
      field(LocalisedText, {
        title: "Hours",
        description: "When support is available.",
        examples: [{ en: "Monday to Friday, 8 to 16" }],
      }),
    ),
    url: Type.Optional(field(WebAddress, { title: "Help page", description: "A page with help." })),
    privacyNotice: Type.Optional(
      field(WebAddress, { title: "Privacy notice", description: "The operator's own privacy notice." }),
    ),
    accessibilityStatement: Type.Optional(
      field(WebAddress, { title: "Accessibility statement", description: "The operator's own statement." }),
    ),
  },
  { title: "Support", description: "Who a company can ask.", default: {} },
);
