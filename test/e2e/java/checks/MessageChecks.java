package checks;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import org.eclipse.ditto.base.model.common.HttpStatus;
import org.eclipse.ditto.client.DittoClient;
import org.eclipse.ditto.client.live.Live;
import org.eclipse.ditto.client.live.messages.MessageSender;
import org.eclipse.ditto.client.options.Options;
import org.eclipse.ditto.json.JsonFieldSelector;
import org.eclipse.ditto.json.JsonObject;
import org.eclipse.ditto.json.JsonValue;
import org.eclipse.ditto.messages.model.Message;
import org.eclipse.ditto.things.model.ThingId;

/** Messages to and from things and features, and their answers. */
final class MessageChecks {

    private final World world;
    private final Live app;

    MessageChecks(final World world) {
        this.world = world;
        app = world.app.live();
    }

    void run(final Checks checks) {
        checks.check("a message to a thing is answered with status, text and content type", this::text);
        checks.check("a message and its answer carry JSON", this::json);
        checks.check("a message and its answer carry bytes", this::bytes);
        checks.check("messages to and from a thing and its features reach who registered for them", this::boxes);
        checks.check("a claim message reaches a device that its sender may not even read", this::claim);
        checks.check("a message that wants no answer is delivered", this::withoutAnswer);
        checks.check("a message that nobody answers is told to have timed out", this::timeout);
        checks.check("a message that the sender may not send is refused", this::forbidden);
        checks.check("messages are filtered, and told with extra fields", this::filtered);
        checks.check("the first answer counts", this::twoAnswers);
    }

    private void text() throws Exception {
        final ThingId id = world.newThing();
        try (Device device = new Device(world)) {
            device.live().<String, String>registerForMessage("ask", "ask", String.class, message -> message.reply()
                    .httpStatus(HttpStatus.IM_A_TEAPOT)
                    .payload(message.getPayload().orElse("nothing") + " heard")
                    .contentType("text/plain")
                    .send());

            final Message<String> answer = Checks.get(ask(
                    app.forId(id).<String>message().to().subject("ask").payload("hello").contentType("text/plain"),
                    String.class));

            Checks.equal(answer.getPayload(), Optional.of("hello heard"));
            Checks.equal(answer.getHttpStatus(), Optional.of(HttpStatus.IM_A_TEAPOT));
            Checks.equal(answer.getContentType(), Optional.of("text/plain"));
            Checks.equal(answer.getSubject(), "ask");
        }
    }

    private void json() throws Exception {
        final ThingId id = world.newThing();
        try (Device device = new Device(world)) {
            device.live().<JsonValue, JsonValue>registerForMessage("json", "json", JsonValue.class,
                    message -> message.reply()
                            .httpStatus(HttpStatus.OK)
                            .payload(JsonObject.newBuilder()
                                    .set("heard", message.getPayload().orElseThrow()).build())
                            .contentType("application/json")
                            .send());

            final Message<JsonValue> answer = Checks.get(ask(
                    app.forId(id).<JsonValue>message().to().subject("json")
                            .payload(JsonValue.of(9007199254740993L)).contentType("application/json"),
                    JsonValue.class));

            Checks.equal(answer.getPayload(), Optional.of(JsonObject.of("{\"heard\": 9007199254740993}")));
        }
    }

    private void bytes() throws Exception {
        final ThingId id = world.newThing();
        final byte[] sent = {0, 1, (byte) 0xfe, (byte) 0xff};
        try (Device device = new Device(world)) {
            device.live().<ByteBuffer, ByteBuffer>registerForMessage("bytes", "bytes", ByteBuffer.class,
                    message -> message.reply()
                            .httpStatus(HttpStatus.OK)
                            .payload(message.getPayload().orElseThrow())
                            .contentType("application/octet-stream")
                            .send());

            final Message<ByteBuffer> answer = Checks.get(ask(
                    app.forId(id).<ByteBuffer>message().to().subject("bytes")
                            .payload(ByteBuffer.wrap(sent)).contentType("application/octet-stream"),
                    ByteBuffer.class));

            Checks.equal(answer.getPayload(), Optional.of(ByteBuffer.wrap(sent)));
        }
    }

    private void boxes() throws Exception {
        final ThingId id = world.newThing();
        final List<String> seen = new CopyOnWriteArrayList<>();
        try (Device device = new Device(world)) {
            device.live().registerForMessage("every", "*", message -> {
                seen.add("%s %s %s".formatted(message.getDirection(), message.getFeatureId().orElse("-"),
                        message.getSubject()));
            });
            device.live().forFeature(id, "lamp").registerForMessage("lamp", "blink",
                    message -> seen.add("the lamp's"));

            app.forId(id).<String>message().to().subject("one").payload("x").send();
            app.forId(id).<String>message().from().subject("two").payload("x").send();
            app.forFeature(id, "lamp").<String>message().to().subject("blink").payload("x").send();
            app.forFeature(id, "lamp").<String>message().from().subject("four").payload("x").send();
            Checks.eventually(seen::size, 5);

            Checks.equal(seen.stream().sorted().toList(),
                    List.of("FROM - two", "FROM lamp four", "TO - one", "TO lamp blink", "the lamp's"));
        }
    }

    private void claim() throws Exception {
        final ThingId id = world.newThing();
        final DittoClient stranger = world.connect("stranger");
        try (Device device = new Device(world)) {
            device.live().<String, String>registerForClaimMessage("claim", String.class, message -> message.reply()
                    .httpStatus(HttpStatus.OK).payload("yours").contentType("text/plain").send());

            final Message<String> answer = Checks.get(ask(
                    stranger.live().forId(id).<String>message().to().subject("claim")
                            .payload("mine").contentType("text/plain"),
                    String.class));

            Checks.equal(answer.getPayload(), Optional.of("yours"));
        } finally {
            stranger.destroy();
        }
    }

    private void withoutAnswer() throws Exception {
        final ThingId id = world.newThing();
        final List<String> seen = new CopyOnWriteArrayList<>();
        try (Device device = new Device(world)) {
            device.live().registerForMessage("told", "told", String.class,
                    message -> seen.add(message.getPayload().orElse("-")));

            app.forId(id).<String>message().to().subject("told").payload("news").contentType("text/plain").send();

            Checks.eventually(() -> seen, List.of("news"));
        }
    }

    private void timeout() throws Exception {
        final ThingId id = world.newThing();

        final String refusal = Checks.refusalOf(ask(
                app.forId(id).<String>message().to().subject("nobody").timeout(Duration.ofSeconds(1)).payload("x")
                        .contentType("text/plain"),
                String.class));

        Checks.equal(refusal, "command.timeout");
    }

    private void forbidden() throws Exception {
        final ThingId id = world.newThing();
        final DittoClient stranger = world.connect("stranger");
        try {
            final String refusal = Checks.refusalOf(ask(
                    stranger.live().forId(id).<String>message().to().subject("ask").payload("x")
                            .contentType("text/plain"),
                    String.class));

            Checks.equal(refusal, "messages:send.notallowed");
        } finally {
            stranger.destroy();
        }
    }

    private void filtered() throws Exception {
        final ThingId id = world.newThing();
        final List<String> seen = new CopyOnWriteArrayList<>();
        final DittoClient client = world.connect("device");
        try {
            client.live().registerForMessage("every", "*", message ->
                    seen.add(message.getSubject() + " " + message.getExtra().map(Object::toString).orElse("-")));
            Checks.get(client.live().startConsumption(
                    Options.Consumption.extraFields(JsonFieldSelector.newInstance("attributes/colour")),
                    Options.Consumption.filter("and(eq(topic:subject,\"wanted\"),eq(attributes/colour,\"red\"))")));

            app.forId(id).<String>message().to().subject("other").payload("x").send();
            app.forId(id).<String>message().to().subject("wanted").payload("x").send();

            Checks.eventually(() -> seen, List.of("wanted {\"attributes\":{\"colour\":\"red\"}}"));
        } finally {
            client.destroy();
        }
    }

    private void twoAnswers() throws Exception {
        final ThingId id = world.newThing();
        try (Device quick = new Device(world); Device slow = new Device(world)) {
            quick.live().<String, String>registerForMessage("race", "race", String.class, message -> message.reply()
                    .httpStatus(HttpStatus.OK).payload("first").contentType("text/plain").send());
            slow.live().<String, String>registerForMessage("race", "race", String.class, message -> {
                pause(Duration.ofMillis(300));
                message.reply().httpStatus(HttpStatus.CONFLICT).payload("second").contentType("text/plain").send();
            });

            final Message<String> answer = Checks.get(ask(
                    app.forId(id).<String>message().to().subject("race").payload("go").contentType("text/plain"),
                    String.class));
            Thread.sleep(500); // the second answer is nobody's

            Checks.equal(answer.getPayload(), Optional.of("first"));
            Checks.equal(Checks.get(world.app.twin().forId(id).retrieve()).getEntityId(), Optional.of(id));
        }
    }

    private static <R> CompletableFuture<Message<R>> ask(
            final MessageSender.MessageSendable<?> message, final Class<R> type) {
        final CompletableFuture<Message<R>> answer = new CompletableFuture<>();
        message.send(type, (response, problem) -> {
            if (problem == null) answer.complete(response);
            else answer.completeExceptionally(problem);
        });
        return answer;
    }

    private static void pause(final Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (final InterruptedException problem) {
            Thread.currentThread().interrupt();
        }
    }

}
