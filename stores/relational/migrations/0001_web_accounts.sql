CREATE TABLE "entry_link" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"destination" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "account" ADD COLUMN "notice_read_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "company" ADD COLUMN "region" text;--> statement-breakpoint
ALTER TABLE "entry_link" ADD CONSTRAINT "entry_link_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;