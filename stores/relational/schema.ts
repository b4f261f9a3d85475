/**
 * The relational store's tables: companies, their sites and machines, who may log in, and the diagnostic's answers.
 * Measurements are not here; they are in the time-series store.
 */
import { sql } from "drizzle-orm";
import {
  boolean,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

export const company = pgTable("company", {
  /** The company's part of every MQTT topic. */
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  /** ISIC Rev. 4 division. */
  sector: text("sector").notNull(),
  /** Id of one of the country's size bands. */
  sizeBand: text("size_band").notNull(),
  /** ISO 3166-2; absent where the country's file names no regions. */
  region: text("region"),
  /** Shown wherever the company's data is shown. */
  simulated: boolean("simulated").notNull().default(false),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const site = pgTable(
  "site",
  {
    companyId: text("company_id")
      .notNull()
      .references(() => company.id, { onDelete: "cascade" }),
    id: text("id").notNull(),
    name: text("name").notNull(),
  },
  (table) => [primaryKey({ columns: [table.companyId, table.id] })],
);

export const machine = pgTable(
  "machine",
  {
    companyId: text("company_id").notNull(),
    siteId: text("site_id").notNull(),
    id: text("id").notNull(),
    name: text("name").notNull(),
    /** Kind of machine, in the field's words: lathe, loom, oven. */
    kind: text("kind").notNull(),
    /** ISO 22400-2 planned run time per item, in seconds; effectiveness compares the actual one with it. */
    plannedRunTimePerItem: doublePrecision("planned_run_time_per_item").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.companyId, table.siteId, table.id] }),
    foreignKey({
      columns: [table.companyId, table.siteId],
      foreignColumns: [site.companyId, site.id],
    }).onDelete("cascade"),
  ],
);

/** An MQTT login: a machine's (all three ids) or a whole company's (site and machine absent). */
export const credential = pgTable(
  "credential",
  {
    username: text("username").primaryKey(),
    companyId: text("company_id")
      .notNull()
      .references(() => company.id, { onDelete: "cascade" }),
    siteId: text("site_id"),
    machineId: text("machine_id"),
    /** Hex SHA-256 of the password; enough, because the kit makes passwords of 192 random bits itself. */
    passwordHash: text("password_hash").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    revokedAt: instant("revoked_at"),
  },
  (table) => [index("credential_company").on(table.companyId)],
);

/**
 * A login whose password was replaced or revoked, or that was removed: its open connections are still to be ended. The store
 * itself writes the row, in the transaction that changes `credential` (migration 0005).
 */
export const loginChange = pgTable("login_change", {
  id: uuid("id").primaryKey().defaultRandom(),
  username: text("username").notNull(),
  changedAt: instant("changed_at").notNull().defaultNow(),
});

/** A person's login to the web app. */
export const account = pgTable("account", {
  id: uuid("id").primaryKey().defaultRandom(),
  /** Lower case. */
  email: text("email").notNull().unique(),
  /** scrypt, as `scrypt$N$r$p$salt$hash` in base64url. */
  passwordHash: text("password_hash").notNull(),
  role: text("role", { enum: ["company", "ministry"] }).notNull(),
  companyId: text("company_id").references(() => company.id, { onDelete: "cascade" }),
  /** May let people in and remove them; the first account of a company is one. */
  isOwner: boolean("is_owner").notNull().default(false),
  language: text("language").notNull(),
  /** When the person confirmed to have read the data-protection notice; absent for accounts that the operator made. */
  noticeReadAt: instant("notice_read_at"),
  createdAt: instant("created_at").notNull().defaultNow(),
  /** When the person last signed in or opened a page, to the day. */
  lastUsedAt: instant("last_used_at").notNull().defaultNow(),
});

export const session = pgTable("session", {
  /** Hex SHA-256 of the cookie's random token. */
  tokenHash: text("token_hash").primaryKey(),
  accountId: uuid("account_id")
    .notNull()
    .references(() => account.id, { onDelete: "cascade" }),
  expiresAt: instant("expires_at").notNull(),
  /** Until when the person, who came by a link, may choose a password without the present one. */
  mayChoosePasswordUntil: instant("may_choose_password_until"),
});

/** A link that signs its holder in once. An account has one at most: a newer one takes its place. */
export const entryLinks = pgTable("entry_link", {
  /** Hex SHA-256 of the link's random token. */
  tokenHash: text("token_hash").primaryKey(),
  accountId: uuid("account_id")
    .notNull()
    .unique()
    .references(() => account.id, { onDelete: "cascade" }),
  /** Path of the page that it opens. */
  destination: text("destination").notNull(),
  expiresAt: instant("expires_at").notNull(),
});

/** One filling-in of the diagnostic; a company may repeat it. */
export const assessment = pgTable(
  "assessment",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    companyId: text("company_id")
      .notNull()
      .references(() => company.id, { onDelete: "cascade" }),
    startedAt: instant("started_at").notNull().defaultNow(),
    completedAt: instant("completed_at"),
    /** The score as computed when it was completed, by the questionnaire of that day. */
    score: jsonb("score"),
  },
  (table) => [
    index("assessment_company").on(table.companyId),
    uniqueIndex("assessment_open").on(table.companyId).where(sql`completed_at IS NULL`),
  ],
);

export const answer = pgTable(
  "answer",
  {
    assessmentId: uuid("assessment_id")
      .notNull()
      .references(() => assessment.id, { onDelete: "cascade" }),
    questionId: text("question_id").notNull(),
    /** 0 to 5; null says "I don't know". */
    level: integer("level"),
    answeredAt: instant("answered_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.assessmentId, table.questionId] })],
);

/** Attempts at actions with a limit, such as signing in; of all instances of the web app together. */
export const attempt = pgTable(
  "attempt",
  {
    /** Hex SHA-256 of the action and who attempts it, so that no address is kept. */
    keyHash: text("key_hash").notNull(),
    at: instant("at").notNull(),
  },
  (table) => [index("attempt_key").on(table.keyHash, table.at), index("attempt_at").on(table.at)],
);

/** The last report of each running program of a cluster; the target `local` runs in one process and has none. */
export const programState = pgTable(
  "program_state",
  {
    program: text("program").notNull(),
    /** Differs for each process. */
    instance: text("instance").notNull(),
    toldAt: instant("told_at").notNull(),
    health: text("health", { enum: ["healthy", "degraded", "failed"] }).notNull(),
    detail: text("detail").notNull(),
    /** The flow of messages since the process started; of ingest only. */
    flow: jsonb("flow"),
  },
  (table) => [primaryKey({ columns: [table.program, table.instance] })],
);

/**
 * What was erased, when, and by whose order: the proof for an auditor, and what a restore has to erase again. No row says whose
 * data it was; who knows the id can compare.
 */
export const erasure = pgTable("erasure", {
  id: uuid("id").primaryKey().defaultRandom(),
  kind: text("kind", { enum: ["company", "person"] }).notNull(),
  /** Random, so that no two lists of hashes can be compared. */
  salt: text("salt").notNull(),
  /** Hex SHA-256 of the salt and the company's id, or of the salt and the account's random id. */
  subjectHash: text("subject_hash").notNull(),
  orderedBy: text("ordered_by").notNull(),
  orderedAt: instant("ordered_at").notNull(),
  /** Rows that were removed, by table. */
  removed: jsonb("removed").$type<Readonly<Record<string, number>>>().notNull(),
  /** When nothing was left; absent while rows of the time-series store are still being removed. */
  finishedAt: instant("finished_at"),
});
