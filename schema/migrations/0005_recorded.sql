ALTER TABLE "journal" ADD COLUMN "recorded" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "journal" ALTER COLUMN "recorded" SET DEFAULT (date_part('epoch', clock_timestamp()) * 1000)::bigint;--> statement-breakpoint
CREATE INDEX "journal_recorded" ON "journal" USING brin ("recorded") WITH (autosummarize=true,pages_per_range=32);
