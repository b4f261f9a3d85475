ALTER TABLE "account" ADD COLUMN "is_owner" boolean DEFAULT false NOT NULL;--> statement-breakpoint
-- The first account of each company is its owner.
UPDATE "account" SET "is_owner" = true WHERE "id" IN (
  SELECT DISTINCT ON ("company_id") "id" FROM "account" WHERE "company_id" IS NOT NULL ORDER BY "company_id", "created_at", "id"
);--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "may_choose_password_until" timestamp with time zone;--> statement-breakpoint
-- Of each account's links the newest stays.
DELETE FROM "entry_link" WHERE "token_hash" NOT IN (
  SELECT DISTINCT ON ("account_id") "token_hash" FROM "entry_link" ORDER BY "account_id", "expires_at" DESC, "token_hash"
);--> statement-breakpoint
ALTER TABLE "entry_link" ADD CONSTRAINT "entry_link_account_id_unique" UNIQUE("account_id");
