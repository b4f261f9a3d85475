/** Türkiye: measures of the Personal Data Security Guide (Kişisel Veri Güvenliği Rehberi) of the KVKK. It names, and does not number them. */
import { asked, type ControlSet, open } from "../../engine/control-sets.ts";

const organisation = "It is a matter of the organisation, not of the stack.";

export const kvkk: ControlSet = {
  id: "kvkk",
  name: "KVKK",
  title: "KVKK, Kişisel Veri Güvenliği Rehberi (teknik ve idari tedbirler)",
  source: "https://www.kvkk.gov.tr",
  readAt: "http://yakut-yakut.av.tr/yayinlar/kvkk-kapsaminda-alinmasi-gereken-teknik-ve-idari-tedbirler",
  checked: "2026-11-28",
  controls: [
    open(
      "Yetki Matrisi",
      "who may see what is written down",
      `${organisation} The rights of machines and roles are checked.`,
      "access-rights",
      "identity-rights",
    ),
    asked(
      "Yetki Kontrol",
      "access follows the matrix",
      "access-rights",
      "identity-rights",
      "foreign-principal",
      "anonymous-login",
    ),
    asked("Erişim Logları", "what users do is logged", "audit-trail", "log-retention", "log-delivery"),
    open(
      "Kullanıcı Hesap Yönetimi",
      "accounts, strong passwords",
      "The programs ask for strong passwords; tests hold that, not policies.",
      "anonymous-login",
    ),
    asked(
      "Ağ Güvenliği",
      "networks are protected",
      "default-deny-ingress",
      "default-deny-egress",
      "egress-rules",
      "open-ingress",
      "open-egress",
      "publicly-accessible",
      "load-balancer-sources",
      "external-addresses",
    ),
    open(
      "Uygulama Güvenliği",
      "applications are secure",
      "Tests hold it; the policies check settings, not code.",
      "pod-security",
      "plaintext-address",
    ),
    asked(
      "Bulutta depolanan kişisel veriler",
      "data in a cloud is known, backed up and protected",
      "region-abroad",
      "store-unencrypted",
      "no-backup",
      "data-class-unstated",
    ),
    asked(
      "Kişisel verilerin yedeklenmesi",
      "backups, and their security",
      "no-backup",
      "backup-retention",
      "backup-location",
      "backup-destination",
    ),
    open(
      "Kişisel veri içeren ortamların güvenliği",
      "rooms and devices are protected",
      "A building is not in the plan; encryption of disks is.",
      "store-unencrypted",
      "storage-class-encryption",
    ),
    open(
      "Kişisel verilerin mümkün olduğunca azaltılması",
      "as little data as possible",
      "What is asked for is in the questions; only how long it is kept is checked.",
      "retention-beyond-class",
      "small-cells",
    ),
    asked(
      "Kişisel veri güvenliği sorunlarının raporlanması",
      "breaches are reported quickly",
      "breach-notice",
    ),
    open(
      "Güncel anti-virüs sistemleri",
      "anti-virus programs",
      "The stack runs images of known content; computers of people are not in the plan.",
      "image-unpinned",
    ),
    open("Çalışanların eğitilmesi", "people are trained", organisation),
    open("Gizlilik taahhütnameleri", "people promise confidentiality", organisation),
  ],
};
