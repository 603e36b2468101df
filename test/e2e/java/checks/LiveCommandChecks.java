package checks;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import org.eclipse.ditto.base.model.headers.DittoHeaders;
import org.eclipse.ditto.client.DittoClient;
import org.eclipse.ditto.client.live.Live;
import org.eclipse.ditto.client.live.LiveThingHandle;
import org.eclipse.ditto.client.live.commands.modify.CreateThingLiveCommandAnswerBuilder;
import org.eclipse.ditto.client.live.commands.modify.DeleteThingLiveCommandAnswerBuilder;
import org.eclipse.ditto.client.live.commands.modify.MergeThingLiveCommandAnswerBuilder;
import org.eclipse.ditto.client.live.commands.modify.ModifyAttributeLiveCommandAnswerBuilder;
import org.eclipse.ditto.client.live.commands.modify.ModifyFeaturePropertyLiveCommandAnswerBuilder;
import org.eclipse.ditto.client.options.Option;
import org.eclipse.ditto.client.options.Options;
import org.eclipse.ditto.json.JsonFieldSelector;
import org.eclipse.ditto.json.JsonObject;
import org.eclipse.ditto.json.JsonValue;
import org.eclipse.ditto.things.model.Feature;
import org.eclipse.ditto.things.model.Thing;
import org.eclipse.ditto.things.model.ThingId;
import org.eclipse.ditto.things.model.ThingsModelFactory;

/** Commands that the device carries out instead of its twin. */
final class LiveCommandChecks {

    private final World world;
    private final Live app;

    LiveCommandChecks(final World world) {
        this.world = world;
        app = world.app.live();
    }

    void run(final Checks checks) {
        checks.check("a live retrieve of a thing is answered by the device", this::retrieve);
        checks.check("a live retrieve of a feature is answered by the device", this::retrieveFeature);
        checks.check("live modifies are answered by the device, which tells an event of them", this::modify);
        checks.check("a live create, merge and delete of a thing is answered by the device", this::whole);
        checks.check("a device's refusal of a live command is told to who asked", this::refusal);
        checks.check("a live command that nobody answers is told to have timed out", this::timeout);
        checks.check("a live command that is not allowed reaches no device", this::forbidden);
        checks.check("a retrieve goes to the device where its live channel condition holds", this::smart);
        checks.check("live commands are filtered, and told with extra fields", this::filtered);
    }

    private void retrieve() throws Exception {
        final ThingId id = world.newThing();
        final Thing live = liveThing(id, "{\"now\": true}");
        try (Device device = new Device(world)) {
            device.live().forId(id).handleRetrieveThingCommandsFunction(
                    command -> command.answer().withResponse(factory -> factory.retrieved(live)));

            final Thing read = Checks.get(app.forId(id).retrieve());

            Checks.equal(read.getAttributes().orElseThrow().toJsonString(), "{\"now\":true}");
        }
    }

    private void retrieveFeature() throws Exception {
        final ThingId id = world.newThing();
        final Feature live = ThingsModelFactory.newFeatureBuilder("{\"properties\": {\"on\": true}}").useId("lamp").build();
        try (Device device = new Device(world)) {
            device.live().forId(id).handleRetrieveFeatureCommands(
                    command -> command.answer().withResponse(factory -> factory.retrieved(live)));

            Checks.equal(Checks.get(app.forId(id).forFeature("lamp").retrieve()), live);
        }
    }

    private void modify() throws Exception {
        final ThingId id = world.newThing();
        final List<String> events = new CopyOnWriteArrayList<>();
        try (Device device = new Device(world); Device listener = new Device(world)) {
            listener.live().forId(id).registerForThingChanges("events", change -> events.add(
                    "%s %s %s".formatted(change.getAction(), change.getPath(), change.getValue().orElseThrow())));
            device.live().forId(id).handleModifyAttributeCommands(command -> command.answer()
                    .withResponse(ModifyAttributeLiveCommandAnswerBuilder.ResponseFactory::modified)
                    .withEvent(ModifyAttributeLiveCommandAnswerBuilder.EventFactory::modified));
            device.live().forFeature(id, "lamp").handleModifyFeaturePropertyCommands(command -> command.answer()
                    .withResponse(ModifyFeaturePropertyLiveCommandAnswerBuilder.ResponseFactory::modified)
                    .withEvent(ModifyFeaturePropertyLiveCommandAnswerBuilder.EventFactory::modified));

            Checks.get(app.forId(id).putAttribute("colour", "green"));
            Checks.get(app.forFeature(id, "lamp").putProperty("on", true));

            Checks.eventually(() -> events.stream().sorted().toList(), List.of(
                    "UPDATED /attributes/colour {\"attributes\":{\"colour\":\"green\"}}",
                    "UPDATED /features/lamp/properties/on {\"features\":{\"lamp\":{\"properties\":{\"on\":true}}}}"));
            Checks.equal(colourOfTwin(id), JsonValue.of("red"));
        }
    }

    private void whole() throws Exception {
        final ThingId id = world.newThing();
        try (Device device = new Device(world)) {
            device.live().handleCreateThingCommands(command -> command.answer()
                    .withResponse(CreateThingLiveCommandAnswerBuilder.ResponseFactory::created)
                    .withoutEvent());
            device.live().forId(id).handleMergeThingCommands(command -> command.answer()
                    .withResponse(MergeThingLiveCommandAnswerBuilder.ResponseFactory::merged)
                    .withoutEvent());
            device.live().forId(id).handleDeleteThingCommands(command -> command.answer()
                    .withResponse(DeleteThingLiveCommandAnswerBuilder.ResponseFactory::deleted)
                    .withoutEvent());

            Checks.equal(Checks.get(app.create(id)).getEntityId(), Optional.of(id));
            Checks.get(app.merge(id, JsonObject.of("{\"attributes\": {\"colour\": \"green\"}}")));
            Checks.get(app.delete(id));

            Checks.equal(colourOfTwin(id), JsonValue.of("red"));
        }
    }

    private void refusal() throws Exception {
        final ThingId id = world.newThing();
        try (Device device = new Device(world)) {
            device.live().forId(id).handleModifyAttributeCommands(command -> command.answer()
                    .withResponse(ModifyAttributeLiveCommandAnswerBuilder.ResponseFactory::attributeNotModifiableError)
                    .withoutEvent());

            Checks.equal(Checks.refusalOf(app.forId(id).putAttribute("colour", "green")),
                    "things:attribute.notmodifiable");
        }
    }

    private void timeout() throws Exception {
        Checks.equal(Checks.refusalOf(app.forId(world.newThing()).retrieve(withinASecond())), "command.timeout");
    }

    private void forbidden() throws Exception {
        final ThingId id = world.newThing();
        final List<String> seen = new CopyOnWriteArrayList<>();
        final DittoClient stranger = world.connect("stranger");
        try (Device device = new Device(world)) {
            device.live().handleRetrieveThingCommandsFunction(command -> {
                seen.add(command.getType());
                return command.answer().withoutResponse();
            });

            Checks.equal(Checks.refusalOf(stranger.live().forId(id).retrieve()), "things:thing.notfound");
            Checks.equal(seen, List.of());
        } finally {
            stranger.destroy();
        }
    }

    private void smart() throws Exception {
        final ThingId id = world.newThing();
        final Thing live = liveThing(id, "{\"colour\": \"seen by the device\"}");
        try (Device device = new Device(world)) {
            device.live().handleRetrieveThingCommandsFunction(
                    command -> command.answer().withResponse(factory -> factory.retrieved(live)));

            final Thing asDevice = Checks.get(world.app.twin().forId(id)
                    .retrieve(Options.liveChannelCondition("eq(attributes/colour,\"red\")")));
            final Thing asTwin = Checks.get(world.app.twin().forId(id)
                    .retrieve(Options.liveChannelCondition("eq(attributes/colour,\"blue\")")));

            Checks.equal(colourOf(asDevice), JsonValue.of("seen by the device"));
            Checks.equal(colourOf(asTwin), JsonValue.of("red"));
        }
    }

    private void filtered() throws Exception {
        final ThingId wanted = world.newThing();
        final ThingId other = world.newThing();
        Checks.get(world.app.twin().forId(other).putAttribute("colour", "blue"));
        final List<String> seen = new CopyOnWriteArrayList<>();
        final Option<?> filter = Options.Consumption.filter("eq(attributes/colour,\"red\")");
        final Option<?> extraFields =
                Options.Consumption.extraFields(JsonFieldSelector.newInstance("attributes/colour"));
        try (Device device = new Device(world, filter, extraFields)) {
            device.live().handleModifyAttributeCommands(command -> {
                seen.add(command.getAttributeValue().asString());
                return command.answer()
                        .withResponse(ModifyAttributeLiveCommandAnswerBuilder.ResponseFactory::modified)
                        .withoutEvent();
            });

            Checks.get(app.forId(wanted).putAttribute("colour", "green"));

            Checks.equal(Checks.refusalOf(app.forId(other).putAttribute("colour", "white", withinASecond())),
                    "command.timeout");
            Checks.equal(seen, List.of("green"));
        }
    }

    private JsonValue colourOfTwin(final ThingId id) throws Exception {
        return colourOf(Checks.get(world.app.twin().forId(id).retrieve()));
    }

    private static JsonValue colourOf(final Thing thing) {
        return thing.getAttributes().flatMap(attributes -> attributes.getValue("colour")).orElseThrow();
    }

    private static Thing liveThing(final ThingId id, final String attributes) {
        return ThingsModelFactory.newThing("{\"thingId\": \"%s\", \"attributes\": %s}".formatted(id, attributes));
    }

    private static Option<?> withinASecond() {
        return Options.headers(DittoHeaders.newBuilder().putHeader("timeout", "1s").build());
    }

}
