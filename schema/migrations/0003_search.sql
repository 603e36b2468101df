CREATE TABLE "search_access" (
	"policy_id" text collate "C" NOT NULL,
	"namespace" text collate "C" NOT NULL,
	"version" text NOT NULL,
	"sources" text[] NOT NULL,
	"readers" text[] NOT NULL,
	"partial" text[] NOT NULL,
	"rules" jsonb NOT NULL,
	CONSTRAINT "search_access_pk" PRIMARY KEY("policy_id","namespace")
);
--> statement-breakpoint
CREATE TABLE "search_state" (
	"name" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "search_thing" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"namespace" text collate "C" NOT NULL,
	"policy_id" text collate "C" NOT NULL,
	"revision" bigint NOT NULL,
	"thing" jsonb NOT NULL,
	"keys" integer[] NOT NULL,
	"pulse" boolean NOT NULL
);
--> statement-breakpoint
CREATE INDEX "search_access_sources" ON "search_access" USING gin ("sources");--> statement-breakpoint
CREATE INDEX "search_access_readers" ON "search_access" USING gin ("readers");--> statement-breakpoint
CREATE INDEX "search_access_partial" ON "search_access" USING gin ("partial");--> statement-breakpoint
CREATE INDEX "search_thing_policy" ON "search_thing" USING btree ("policy_id","namespace");--> statement-breakpoint
CREATE INDEX "search_thing_namespace" ON "search_thing" USING btree ("namespace","id");--> statement-breakpoint
CREATE INDEX "search_thing_keys" ON "search_thing" USING gin ("keys") WITH (gin_pending_list_limit=256);
--> statement-breakpoint
ALTER TABLE "search_thing" ALTER COLUMN "thing" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "search_thing" ALTER COLUMN "keys" SET STATISTICS 300;--> statement-breakpoint
CREATE FUNCTION "search_rank"(value jsonb) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE jsonb_typeof(value)
	WHEN 'number' THEN 1::smallint WHEN 'string' THEN 2::smallint WHEN 'object' THEN 3::smallint
	WHEN 'array' THEN 4::smallint WHEN 'boolean' THEN 5::smallint ELSE 0::smallint END;
--> statement-breakpoint
CREATE FUNCTION "search_number"(value jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE jsonb_typeof(value)
	WHEN 'number' THEN value::numeric WHEN 'boolean' THEN value::boolean::int::numeric ELSE 0::numeric END;
--> statement-breakpoint
CREATE FUNCTION "search_text"(value jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE jsonb_typeof(value) WHEN 'string' THEN left(value #>> '{}', 256) ELSE '' END;
--> statement-breakpoint
CREATE FUNCTION "search_in_time"(revision bigint, deadline timestamptz) RETURNS boolean LANGUAGE plpgsql VOLATILE PARALLEL SAFE COST 0.0001
AS $$ BEGIN
	IF clock_timestamp() >= deadline THEN
		RAISE EXCEPTION USING ERRCODE = 'query_canceled', MESSAGE = 'the query takes too long';
	END IF;
	RETURN true;
END $$;
