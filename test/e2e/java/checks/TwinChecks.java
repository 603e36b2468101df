package checks;

import java.util.List;
import java.util.Optional;

import org.eclipse.ditto.base.model.headers.DittoHeaders;
import org.eclipse.ditto.client.options.Options;
import org.eclipse.ditto.client.twin.Twin;
import org.eclipse.ditto.client.twin.TwinFeatureHandle;
import org.eclipse.ditto.client.twin.TwinThingHandle;
import org.eclipse.ditto.json.JsonFieldSelector;
import org.eclipse.ditto.json.JsonObject;
import org.eclipse.ditto.json.JsonPointer;
import org.eclipse.ditto.json.JsonValue;
import org.eclipse.ditto.policies.model.PolicyId;
import org.eclipse.ditto.things.model.Feature;
import org.eclipse.ditto.things.model.FeatureDefinition;
import org.eclipse.ditto.things.model.Features;
import org.eclipse.ditto.things.model.Thing;
import org.eclipse.ditto.things.model.ThingId;
import org.eclipse.ditto.things.model.ThingsModelFactory;

/** Commands on twins. */
final class TwinChecks {

    private final World world;
    private final Twin twin;

    TwinChecks(final World world) {
        this.world = world;
        twin = world.app.twin();
    }

    void run(final Checks checks) {
        checks.check("a thing is created with its policy, retrieved and deleted", this::life);
        checks.check("a thing that is there is not created again", this::conflict);
        checks.check("a thing is put, updated and merged", this::replace);
        checks.check("several things are retrieved at once, with the fields asked for", this::several);
        checks.check("a policy is copied for a new thing", this::copiedPolicy);
        checks.check("attributes are put, merged, set and deleted", this::attributes);
        checks.check("features are put, merged, set and deleted", this::features);
        checks.check("properties, desired properties and the definition of a feature are changed", this::properties);
        checks.check("a command under a condition that does not hold is refused", this::condition);
        checks.check("a command that asks for no response is carried out", this::withoutResponse);
    }

    private void life() throws Exception {
        final ThingId id = World.newId();

        final Thing created = Checks.get(twin.create(World.thing(id), World.policy()));
        final Thing read = Checks.get(twin.forId(id).retrieve());
        Checks.get(twin.delete(id));

        Checks.equal(created.getPolicyEntityId(), Optional.of(PolicyId.of(id)));
        Checks.equal(attribute(read, "colour"), JsonValue.of("red"));
        Checks.equal(Checks.refusalOf(twin.forId(id).retrieve()), "things:thing.notfound");
    }

    private void conflict() throws Exception {
        final ThingId id = world.newThing();

        Checks.equal(
                Checks.refusalOf(twin.create(Thing.newBuilder().setId(id).setPolicyId(PolicyId.of(id)).build())),
                "things:thing.conflict");
    }

    private void replace() throws Exception {
        final ThingId id = world.newThing();

        final Optional<Thing> replaced = Checks.get(twin.put(withAttributes(id, "{\"a\": 1}")));
        Checks.get(twin.update(withAttributes(id, "{\"a\": 2}")));
        Checks.get(twin.merge(id, JsonObject.of("{\"attributes\": {\"b\": 3}}")));
        final Thing read = Checks.get(twin.forId(id).retrieve());
        final ThingId other = World.newId();
        final Optional<Thing> created = Checks.get(twin.put(withAttributes(other, "{}")));

        Checks.equal(replaced, Optional.empty());
        Checks.equal(read.getAttributes().orElseThrow().toJsonString(), "{\"a\":2,\"b\":3}");
        Checks.equal(created.flatMap(Thing::getEntityId), Optional.of(other));
        Checks.equal(Checks.refusalOf(twin.update(withAttributes(World.newId(), "{}"))), "things:precondition.failed");
    }

    private void several() throws Exception {
        final ThingId first = world.newThing();
        final ThingId second = world.newThing();

        final List<Thing> things =
                Checks.get(twin.retrieve(JsonFieldSelector.newInstance("thingId", "_revision"), first, second));

        Checks.equal(
                things.stream().map(thing -> thing.getEntityId().orElseThrow()).toList(), List.of(first, second));
        Checks.equal(things.get(0).getRevision().orElseThrow().toLong(), 1L);
        Checks.equal(things.get(0).getAttributes(), Optional.empty());
    }

    private void copiedPolicy() throws Exception {
        final ThingId from = world.newThing();
        final ThingId id = World.newId();

        Checks.get(twin.create(id, Options.Modify.copyPolicyFromThing(from)));

        Checks.equal(Checks.get(world.device.twin().forId(id).retrieve()).getEntityId(), Optional.of(id));
    }

    private void attributes() throws Exception {
        final ThingId id = world.newThing();
        final TwinThingHandle thing = twin.forId(id);

        Checks.get(thing.putAttribute("place/line", 7));
        Checks.get(thing.putAttribute("weight", 12.5));
        Checks.get(thing.mergeAttribute("colour", "blue"));
        Checks.get(thing.mergeAttributes(JsonObject.of("{\"place\": {\"hall\": null}, \"big\": 9007199254740993}")));
        Checks.get(thing.deleteAttribute("weight"));
        Checks.equal(attributesOf(id),
                "{\"colour\":\"blue\",\"place\":{\"line\":7},\"big\":9007199254740993}");

        Checks.get(thing.setAttributes(JsonObject.of("{\"only\": true}")));
        Checks.equal(attributesOf(id), "{\"only\":true}");

        Checks.get(thing.deleteAttributes());
        Checks.equal(Checks.get(thing.retrieve()).getAttributes(), Optional.empty());
        Checks.equal(Checks.refusalOf(thing.deleteAttribute("only")), "things:attribute.notfound");
    }

    private void features() throws Exception {
        final ThingId id = world.newThing();
        final TwinThingHandle thing = twin.forId(id);
        final Feature fan = feature("fan", "{\"properties\": {\"rpm\": 1}}");

        Checks.get(thing.putFeature(fan));
        Checks.equal(Checks.get(thing.forFeature("fan").retrieve()), fan);
        Checks.get(thing.mergeFeature(feature("fan", "{\"properties\": {\"step\": 2}}")));
        Checks.equal(featuresOf(id).getFeature("fan"),
                Optional.of(feature("fan", "{\"properties\": {\"rpm\": 1, \"step\": 2}}")));
        Checks.get(thing.deleteFeature("fan"));
        Checks.equal(featuresOf(id).getSize(), 1);
        Checks.get(thing.setFeatures(Features.newBuilder().set(fan).build()));
        Checks.equal(featuresOf(id).getFeature("lamp"), Optional.empty());
        Checks.get(thing.deleteFeatures());
        Checks.equal(Checks.refusalOf(thing.forFeature("fan").retrieve()), "things:feature.notfound");
    }

    private void properties() throws Exception {
        final ThingId id = world.newThing();
        final TwinFeatureHandle lamp = twin.forFeature(id, "lamp");

        Checks.get(lamp.putProperty("on", true));
        Checks.get(lamp.mergeProperty("level", 4));
        Checks.get(twin.forId(id).mergeFeature(feature("lamp", "{\"desiredProperties\": {\"level\": 9}}")));
        Checks.get(lamp.setDefinition(FeatureDefinition.fromIdentifier("org.pollux:lamp:1.0.0")));
        final Feature changed = Checks.get(lamp.retrieve());
        Checks.get(lamp.deleteProperty("level"));
        Checks.get(lamp.deleteDefinition());

        Checks.equal(changed.getProperty(JsonPointer.of("/on")), Optional.of(JsonValue.of(true)));
        Checks.equal(changed.getProperty(JsonPointer.of("/level")), Optional.of(JsonValue.of(4)));
        Checks.equal(changed.getDesiredProperty(JsonPointer.of("/level")), Optional.of(JsonValue.of(9)));
        Checks.equal(changed.getDefinition().map(FeatureDefinition::getFirstIdentifier).map(Object::toString),
                Optional.of("org.pollux:lamp:1.0.0"));
        Checks.equal(Checks.get(lamp.retrieve()), feature("lamp",
                "{\"properties\": {\"on\": true}, \"desiredProperties\": {\"level\": 9}}"));
    }

    private void condition() throws Exception {
        final TwinThingHandle thing = twin.forId(world.newThing());

        Checks.get(thing.putAttribute("colour", "blue", Options.condition("eq(attributes/colour,\"red\")")));

        Checks.equal(
                Checks.refusalOf(
                        thing.putAttribute("colour", "green", Options.condition("eq(attributes/colour,\"red\")"))),
                "things:condition.failed");
        Checks.equal(
                Checks.refusalOf(thing.putAttribute("colour", "green",
                        Options.headers(DittoHeaders.newBuilder().putHeader("if-match", "\"rev:77\"").build()))),
                "things:precondition.failed");
    }

    private void withoutResponse() throws Exception {
        final ThingId id = world.newThing();

        twin.forId(id).putAttribute("colour", "silent", Options.Modify.responseRequired(false));

        Checks.eventually(() -> attribute(Checks.get(twin.forId(id).retrieve()), "colour"), JsonValue.of("silent"));
    }

    private String attributesOf(final ThingId id) throws Exception {
        return Checks.get(twin.forId(id).retrieve()).getAttributes().orElseThrow().toJsonString();
    }

    private Features featuresOf(final ThingId id) throws Exception {
        return Checks.get(twin.forId(id).retrieve()).getFeatures().orElseThrow();
    }

    private static JsonValue attribute(final Thing thing, final String name) {
        return thing.getAttributes().flatMap(attributes -> attributes.getValue(name)).orElseThrow();
    }

    private static JsonObject withAttributes(final ThingId id, final String attributes) {
        return JsonObject.of("{\"thingId\": \"%s\", \"attributes\": %s}".formatted(id, attributes));
    }

    private static Feature feature(final String id, final String json) {
        return ThingsModelFactory.newFeatureBuilder(json).useId(id).build();
    }

}
