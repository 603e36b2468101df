CREATE TABLE "import_progress" (
	"source" text PRIMARY KEY NOT NULL,
	"blocks" bigint NOT NULL,
	"chain" text NOT NULL
);
