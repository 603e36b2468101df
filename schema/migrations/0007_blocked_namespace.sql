CREATE TABLE "blocked_namespace" (
	"namespace" text collate "C" PRIMARY KEY NOT NULL,
	"since" bigint NOT NULL,
	"purge" text
);
