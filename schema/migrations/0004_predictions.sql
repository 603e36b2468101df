CREATE TABLE "predictor_active" (
	"predictor_id" text collate "C" PRIMARY KEY NOT NULL,
	"since" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "predictor_baseline" (
	"predictor_id" text collate "C" NOT NULL,
	"version" text collate "C" NOT NULL,
	"baseline" text NOT NULL,
	CONSTRAINT "predictor_baseline_pk" PRIMARY KEY("predictor_id","version")
);
--> statement-breakpoint
CREATE TABLE "predictor_file" (
	"predictor_id" text collate "C" NOT NULL,
	"version" text collate "C" NOT NULL,
	"upload" text NOT NULL,
	"bytes" bigint NOT NULL,
	"checksum" text NOT NULL,
	"created" bigint NOT NULL,
	CONSTRAINT "predictor_file_pk" PRIMARY KEY("predictor_id","version")
);
--> statement-breakpoint
CREATE TABLE "predictor_file_part" (
	"predictor_id" text collate "C" NOT NULL,
	"upload" text NOT NULL,
	"number" integer NOT NULL,
	"content" "bytea" NOT NULL,
	"created" bigint NOT NULL,
	CONSTRAINT "predictor_file_part_pk" PRIMARY KEY("predictor_id","upload","number")
);
--> statement-breakpoint
CREATE TABLE "predictor_state" (
	"predictor_id" text collate "C" NOT NULL,
	"thing_id" text collate "C" NOT NULL,
	"revision" bigint NOT NULL,
	"fingerprint" text NOT NULL,
	"state" text NOT NULL,
	CONSTRAINT "predictor_state_pk" PRIMARY KEY("predictor_id","thing_id")
);

--> statement-breakpoint
ALTER TABLE "predictor_state" SET (fillfactor = 70);--> statement-breakpoint
ALTER TABLE "predictor_file_part" ALTER COLUMN "content" SET STORAGE EXTERNAL;
