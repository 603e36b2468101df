CREATE TABLE "journal" (
	"kind" text collate "C" NOT NULL,
	"id" text collate "C" NOT NULL,
	"revision" bigint NOT NULL,
	"timestamp" bigint NOT NULL,
	"action" text NOT NULL,
	"path" text NOT NULL,
	"value" text,
	"headers" text,
	CONSTRAINT "journal_pk" PRIMARY KEY("id","kind","revision")
);
--> statement-breakpoint
CREATE TABLE "migration" (
	"name" text PRIMARY KEY NOT NULL,
	"applied" bigint DEFAULT (extract(epoch from now()) * 1000)::bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "snapshot" (
	"kind" text collate "C" NOT NULL,
	"id" text collate "C" NOT NULL,
	"revision" bigint NOT NULL,
	"state" text,
	"created" bigint NOT NULL,
	"modified" bigint NOT NULL,
	CONSTRAINT "snapshot_pk" PRIMARY KEY("id","kind")
);

--> statement-breakpoint
ALTER TABLE "snapshot" SET (fillfactor = 70);
