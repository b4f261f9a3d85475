CREATE TABLE "attempt" (
	"key_hash" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "program_state" (
	"program" text NOT NULL,
	"instance" text NOT NULL,
	"told_at" timestamp with time zone NOT NULL,
	"health" text NOT NULL,
	"detail" text NOT NULL,
	"flow" jsonb,
	CONSTRAINT "program_state_program_instance_pk" PRIMARY KEY("program","instance")
);
--> statement-breakpoint
CREATE INDEX "attempt_key" ON "attempt" USING btree ("key_hash","at");--> statement-breakpoint
CREATE INDEX "attempt_at" ON "attempt" USING btree ("at");