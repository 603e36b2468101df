CREATE TABLE "kept_snapshot" (
	"kind" text collate "C" NOT NULL,
	"id" text collate "C" NOT NULL,
	"revision" bigint NOT NULL,
	"state" text,
	"created" bigint NOT NULL,
	"modified" bigint NOT NULL,
	"metadata" text,
	CONSTRAINT "kept_snapshot_pk" PRIMARY KEY("id","kind","revision")
);
--> statement-breakpoint
ALTER TABLE "journal" ADD COLUMN "metadata" text;--> statement-breakpoint
ALTER TABLE "snapshot" ADD COLUMN "metadata" text;--> statement-breakpoint
CREATE INDEX "kept_snapshot_time" ON "kept_snapshot" USING btree ("id","kind","modified","revision");