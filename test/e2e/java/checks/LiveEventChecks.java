package checks;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import org.eclipse.ditto.client.DittoClient;
import org.eclipse.ditto.client.options.Options;
import org.eclipse.ditto.json.JsonFieldSelector;
import org.eclipse.ditto.json.JsonObject;
import org.eclipse.ditto.json.JsonValue;
import org.eclipse.ditto.things.model.Thing;
import org.eclipse.ditto.things.model.ThingId;

/** Events that the device tells of itself, and that leave its twin as it is. */
final class LiveEventChecks {

    private final World world;

    LiveEventChecks(final World world) {
        this.world = world;
    }

    void run(final Checks checks) {
        checks.check("live events are told to who registered for them, and change no twin", this::told);
        checks.check("live events are filtered, and told with extra fields", this::filtered);
        checks.check("live events of who may not write are not told", this::forbidden);
    }

    private void told() throws Exception {
        final ThingId id = world.newThing();
        final List<String> seen = new CopyOnWriteArrayList<>();
        try (Device listener = new Device(world)) {
            listener.live().registerForAttributeChanges("place", "place",
                    change -> seen.add("place " + change.getAction() + " " + change.getValue().orElseThrow()));
            listener.live().forFeature(id, "lamp").registerForPropertyChanges("lamp",
                    change -> seen.add("lamp " + change.getPath() + " " + change.getValue().orElseThrow()));

            world.device.live().forId(id).emitEvent(
                    factory -> factory.attributeModified("place", JsonObject.of("{\"hall\": 9}")));
            world.device.live().forId(id).forFeature("lamp").emitEvent(
                    factory -> factory.featurePropertyModified("on", JsonValue.of(true)));

            Checks.eventually(seen::size, 2);
            Checks.equal(seen.stream().sorted().toList(), List.of("lamp /on true", "place UPDATED {\"hall\":9}"));
            final Thing twin = Checks.get(world.app.twin().forId(id).retrieve(JsonFieldSelector.newInstance("_revision")));
            Checks.equal(twin.getRevision().orElseThrow().toLong(), 1L);
        }
    }

    private void filtered() throws Exception {
        final ThingId id = world.newThing();
        final List<String> seen = new CopyOnWriteArrayList<>();
        try (Device listener = new Device(world,
                Options.Consumption.filter("gt(attributes/level,5)"),
                Options.Consumption.extraFields(JsonFieldSelector.newInstance("attributes/colour")))) {
            listener.live().registerForThingChanges("all", change -> seen.add(
                    change.getValue().orElseThrow() + " " + change.getExtra().map(Object::toString).orElse("-")));

            emitLevel(world.device, id, 4);
            emitLevel(world.device, id, 6);

            Checks.eventually(() -> seen, List.of("{\"attributes\":{\"level\":6}} {\"attributes\":{\"colour\":\"red\"}}"));
        }
    }

    private void forbidden() throws Exception {
        final ThingId id = world.newThing();
        final List<Optional<JsonValue>> seen = new CopyOnWriteArrayList<>();
        final DittoClient stranger = world.connect("stranger");
        try (Device listener = new Device(world)) {
            listener.live().registerForThingChanges("all", change -> seen.add(change.getValue()));

            emitLevel(stranger, id, 1);
            Thread.sleep(200);
            emitLevel(world.device, id, 2);

            Checks.eventually(() -> seen, List.of(Optional.of(JsonObject.of("{\"attributes\": {\"level\": 2}}"))));
        } finally {
            stranger.destroy();
        }
    }

    private static void emitLevel(final DittoClient client, final ThingId id, final int level) {
        client.live().forId(id).emitEvent(factory -> factory.attributeModified("level", JsonValue.of(level)));
    }

}
