CREATE TABLE "policy_due" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"due" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "policy_due_order" ON "policy_due" USING btree ("due","id");--> statement-breakpoint
INSERT INTO "policy_due" ("id", "due")
SELECT "id", 0 FROM "snapshot" WHERE "kind" = 'policy' AND "state" LIKE '%"expiry":"%'
UNION
SELECT "id", 0 FROM "journal" WHERE "kind" = 'policy' AND "value" LIKE '%"expiry":"%';
