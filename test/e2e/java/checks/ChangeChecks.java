package checks;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import org.eclipse.ditto.client.DittoClient;
import org.eclipse.ditto.client.changes.Change;
import org.eclipse.ditto.client.options.Option;
import org.eclipse.ditto.client.options.Options;
import org.eclipse.ditto.client.twin.TwinThingHandle;
import org.eclipse.ditto.json.JsonFieldSelector;
import org.eclipse.ditto.json.JsonObject;
import org.eclipse.ditto.things.model.ThingId;

/** Who is told of changes of twins. */
final class ChangeChecks {

    private final World world;

    ChangeChecks(final World world) {
        this.world = world;
    }

    void run(final Checks checks) {
        checks.check("changes are told with action, path, value and revision, until the consumption ends", this::all);
        checks.check("changes are told where a part of a thing is registered for", this::parts);
        checks.check("changes of other namespaces are not told", this::namespaces);
        checks.check("changes that a filter leaves out are not told", this::filter);
        checks.check("changes are told with extra fields", this::extraFields);
        checks.check("a filter may ask for what is only in the extra fields", this::filterOnExtraFields);
        checks.check("a filter that is none is refused", this::brokenFilter);
    }

    private void all() throws Exception {
        final ThingId id = world.newThing();
        final List<String> seen = new CopyOnWriteArrayList<>();
        try (Watcher watcher = new Watcher()) {
            watcher.client.twin().forId(id).registerForThingChanges("all", change -> seen.add(
                    "%d %s %s %s".formatted(change.getRevision(), change.getAction(), change.getPath(),
                            change.getValue().map(Object::toString).orElse("-"))));
            final TwinThingHandle thing = world.app.twin().forId(id);

            Checks.get(thing.putAttribute("colour", "blue"));
            Checks.get(thing.putAttribute("fresh", 1));
            Checks.get(thing.mergeAttributes(JsonObject.of("{\"fresh\": null}")));
            Checks.get(thing.forFeature("lamp").putProperty("on", true));
            Checks.get(thing.deleteFeature("lamp"));
            Checks.get(thing.delete());
            Checks.eventually(seen::size, 6);

            // The client hands them to threads of its own, in whatever order these run.
            Checks.equal(seen.stream().sorted().toList(), List.of(
                    "2 UPDATED /attributes/colour {\"attributes\":{\"colour\":\"blue\"}}",
                    "3 CREATED /attributes/fresh {\"attributes\":{\"fresh\":1}}",
                    "4 MERGED /attributes {\"attributes\":{\"fresh\":null}}",
                    "5 UPDATED /features/lamp/properties/on {\"features\":{\"lamp\":{\"properties\":{\"on\":true}}}}",
                    "6 DELETED /features/lamp -",
                    "7 DELETED / -"));

            Checks.get(watcher.client.twin().suspendConsumption());
            final int before = watcher.paths.size();
            world.newThing();
            Thread.sleep(300);
            Checks.equal(watcher.paths.size(), before);
        }
    }

    private void parts() throws Exception {
        final ThingId id = world.newThing();
        final List<String> seen = new CopyOnWriteArrayList<>();
        try (Watcher watcher = new Watcher()) {
            final TwinThingHandle watched = watcher.client.twin().forId(id);
            watched.registerForAttributeChanges("place", "place", change -> seen.add("place " + told(change)));
            watched.registerForFeatureChanges("lamp", "lamp", change -> seen.add("lamp " + told(change)));
            watched.forFeature("lamp").registerForPropertyChanges("on", "on",
                    change -> seen.add("on " + told(change)));
            final TwinThingHandle thing = world.app.twin().forId(id);

            Checks.get(thing.putAttribute("colour", "blue"));
            Checks.get(thing.putAttribute("place/hall", 2));
            Checks.get(thing.forFeature("lamp").putProperty("on", true));
            Checks.get(thing.forFeature("lamp").putProperty("level", 4));
            Checks.eventually(seen::size, 4);

            Checks.equal(seen.stream().sorted().toList(), List.of(
                    "lamp /properties/level {\"properties\":{\"level\":4}}",
                    "lamp /properties/on {\"properties\":{\"on\":true}}",
                    "on /on true",
                    "place /place/hall 2"));
        }
    }

    private void namespaces() throws Exception {
        final ThingId id = world.newThing();
        try (Watcher here = new Watcher(Options.Consumption.namespaces(World.NAMESPACE, "org.other"));
                Watcher elsewhere = new Watcher(Options.Consumption.namespaces("org.other"))) {

            Checks.get(world.app.twin().forId(id).putAttribute("colour", "blue"));
            Checks.eventually(() -> here.paths, List.of("/attributes/colour"));
            Thread.sleep(100);

            Checks.equal(elsewhere.paths, List.of());
        }
    }

    private void filter() throws Exception {
        final ThingId id = world.newThing();
        try (Watcher watcher = new Watcher(Options.Consumption.filter(
                "and(eq(thingId,\"%s\"),gt(attributes/level,5),eq(topic:action,\"modified\"))".formatted(id)))) {
            final TwinThingHandle thing = world.app.twin().forId(id);

            Checks.get(thing.putAttribute("level", 9)); // created, not modified
            Checks.get(thing.putAttribute("level", 4));
            Checks.get(thing.putAttribute("colour", "blue"));
            Checks.get(thing.putAttribute("level", 6));
            Checks.eventually(() -> watcher.values, List.of(level(6)));
            Checks.get(thing.putAttribute("level", 7));
            Checks.eventually(() -> watcher.values, List.of(level(6), level(7)));
        }
    }

    private void extraFields() throws Exception {
        final ThingId id = world.newThing();
        try (Watcher watcher = new Watcher(Options.Consumption.extraFields(
                JsonFieldSelector.newInstance("attributes/colour", "features/lamp/properties/level")))) {

            Checks.get(world.app.twin().forId(id).putAttribute("place/hall", 2));

            Checks.eventually(() -> watcher.extras, List.of(Optional.of(JsonObject.of("""
                    {
                      "attributes": {"colour": "red"},
                      "features": {"lamp": {"properties": {"level": 3}}}
                    }"""))));
        }
    }

    private void filterOnExtraFields() throws Exception {
        final ThingId red = world.newThing();
        final ThingId blue = world.newThing();
        Checks.get(world.app.twin().forId(blue).putAttribute("colour", "blue"));
        try (Watcher watcher = new Watcher(
                Options.Consumption.extraFields(JsonFieldSelector.newInstance("attributes/colour")),
                Options.Consumption.filter("eq(attributes/colour,\"blue\")"))) {

            Checks.get(world.app.twin().forId(red).putAttribute("place/hall", 2));
            Checks.get(world.app.twin().forId(blue).putAttribute("place/hall", 3));

            Checks.eventually(() -> watcher.values, List.of("{\"attributes\":{\"place\":{\"hall\":3}}}"));
        }
    }

    private void brokenFilter() throws Exception {
        final DittoClient client = world.connect("device");
        try {
            final String refusal =
                    Checks.refusalOf(client.twin().startConsumption(Options.Consumption.filter("bogus(")));

            Checks.equal(refusal, "rql.expression.invalid");
        } finally {
            client.destroy();
        }
    }

    private static String level(final int level) {
        return "{\"attributes\":{\"level\":" + level + "}}";
    }

    private static String told(final Change change) {
        return change.getPath() + " " + change.getValue().map(Object::toString).orElse("-");
    }

    /** A client of the device's that consumes changes and notes them. */
    private final class Watcher implements AutoCloseable {

        final DittoClient client;
        final List<String> paths = new CopyOnWriteArrayList<>();
        final List<String> values = new CopyOnWriteArrayList<>();
        final List<Optional<JsonObject>> extras = new CopyOnWriteArrayList<>();

        Watcher(final Option<?>... options) throws Exception {
            client = world.connect("device");
            client.twin().registerForThingChanges("notes", change -> {
                paths.add(change.getPath().toString());
                extras.add(change.getExtra());
                change.getValue().ifPresent(value -> values.add(value.toString()));
            });
            Checks.get(client.twin().startConsumption(options));
        }

        @Override
        public void close() {
            client.destroy();
        }

    }

}
