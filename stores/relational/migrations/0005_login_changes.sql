CREATE TABLE "login_change" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"username" text NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
-- By the store itself, so that no way of changing or removing a login forgets it.
CREATE FUNCTION "record_login_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "login_change" ("username", "changed_at") VALUES (OLD."username", clock_timestamp());
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "login_changed" AFTER UPDATE ON "credential" FOR EACH ROW
  WHEN ((OLD."username", OLD."password_hash", OLD."revoked_at") IS DISTINCT FROM (NEW."username", NEW."password_hash", NEW."revoked_at"))
  EXECUTE FUNCTION "record_login_change"();
--> statement-breakpoint
CREATE TRIGGER "login_removed" AFTER DELETE ON "credential" FOR EACH ROW EXECUTE FUNCTION "record_login_change"();
