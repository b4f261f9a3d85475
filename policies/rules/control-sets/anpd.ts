/** Brazil: the topics of the ANPD's guide on information security for small processing agents. It names, and does not number them. */
import { asked, type ControlSet, open } from "../../engine/control-sets.ts";

const organisation = "It is a matter of the organisation, not of the stack.";

export const anpd: ControlSet = {
  id: "anpd",
  name: "ANPD",
  title: "ANPD, Guia Orientativo sobre Segurança da Informação para Agentes de Tratamento de Pequeno Porte",
  language: "pt-BR",
  source:
    "https://www.gov.br/anpd/pt-br/assuntos/noticias/anpd-publica-guia-de-seguranca-para-agentes-de-tratamento-de-pequeno-porte",
  readAt:
    "https://plcadvogados.com.br/posts/autoridade-nacional-de-protecao-de-dados-disponibiliza-guia-orientativo-sobre-seguranca-da-informacao-para-agentes-de-tratamento-de-pequeno-porte/",
  checked: "2026-11-28",
  controls: [
    open("Política de Segurança da Informação", "a written security policy", organisation),
    open("Conscientização e Treinamento", "people are trained", organisation),
    open(
      "Gerenciamento de Contratos",
      "contracts say who protects data",
      "Contracts are not in the plan; the file names who handles data and the evidence of transfers.",
      "transfer-evidence",
    ),
    open(
      "Controle de Acesso",
      "least rights, no shared logins",
      "The programs' logins are held by tests, not by policies.",
      "access-rights",
      "identity-rights",
      "anonymous-login",
      "foreign-principal",
    ),
    asked(
      "Segurança dos Dados Pessoais Armazenados",
      "stored data is protected and backed up",
      "store-unencrypted",
      "storage-class-encryption",
      "no-backup",
      "backup-location",
      "retention-beyond-class",
    ),
    asked(
      "Segurança das Comunicações",
      "connections are encrypted and filtered",
      "plaintext-address",
      "plaintext-mqtt",
      "route-without-tls",
      "bucket-tls",
      "default-deny-egress",
      "egress-rules",
    ),
    open(
      "Gerenciamento de Vulnerabilidades",
      "programs are up to date and scanned",
      "Images are fixed by digest; no scanner is part of the kit.",
      "image-unpinned",
      "image-registry",
    ),
    open(
      "Dispositivos Móveis",
      "telephones and laptops are protected",
      "Devices of people are not in the plan.",
    ),
    asked(
      "Serviços de Nuvem",
      "cloud services meet the law",
      "region-abroad",
      "endpoint-abroad",
      "transfer-evidence",
      "secret-store",
    ),
  ],
};
