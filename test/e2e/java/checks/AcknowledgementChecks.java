package checks;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import org.eclipse.ditto.base.model.acks.AcknowledgementLabel;
import org.eclipse.ditto.base.model.acks.AcknowledgementRequest;
import org.eclipse.ditto.base.model.acks.DittoAcknowledgementLabel;
import org.eclipse.ditto.base.model.common.HttpStatus;
import org.eclipse.ditto.base.model.headers.DittoHeaders;
import org.eclipse.ditto.base.model.signals.acks.Acknowledgement;
import org.eclipse.ditto.client.DittoClient;
import org.eclipse.ditto.client.live.commands.LiveCommandHandler;
import org.eclipse.ditto.client.live.commands.modify.ModifyAttributeLiveCommand;
import org.eclipse.ditto.client.live.commands.modify.ModifyAttributeLiveCommandAnswerBuilder;
import org.eclipse.ditto.client.management.AcknowledgementsFailedException;
import org.eclipse.ditto.client.options.Option;
import org.eclipse.ditto.client.options.Options;
import org.eclipse.ditto.json.JsonValue;
import org.eclipse.ditto.things.model.ThingId;

/** Acknowledgements that are asked for, and given by who is told. */
final class AcknowledgementChecks {

    private static final AcknowledgementLabel PERSISTED = DittoAcknowledgementLabel.TWIN_PERSISTED;
    private static final AcknowledgementLabel ANSWERED = DittoAcknowledgementLabel.LIVE_RESPONSE;

    private final World world;

    AcknowledgementChecks(final World world) {
        this.world = world;
    }

    void run(final Checks checks) throws Exception {
        Checks.get(world.device.twin().startConsumption());
        Checks.get(world.device.live().startConsumption());
        checks.check("a change waits for what the device acknowledges", this::acknowledged);
        checks.check("what the device acknowledges with a failure fails the command", this::refused);
        checks.check("an acknowledgement that does not come in time fails the command", this::late);
        checks.check("a device that a filter keeps from being told acknowledges weakly", this::weak);
        checks.check("a message waits for its answer and for what the device acknowledges", this::message);
        checks.check("a live command waits for its answer and for what the device acknowledges", this::liveCommand);
        checks.check("what somebody declares to acknowledge already lets nobody else in", this::declaredTwice);
    }

    private void acknowledged() throws Exception {
        final ThingId id = world.newThing();
        final List<AcknowledgementLabel> asked = new CopyOnWriteArrayList<>();
        world.device.twin().forId(id).registerForThingChanges("acknowledged", change ->
                change.handleAcknowledgementRequests(handles -> handles.forEach(handle -> {
                    asked.add(handle.getAcknowledgementLabel());
                    handle.acknowledge(HttpStatus.OK, JsonValue.of("done"));
                })));

        Checks.get(world.app.twin().forId(id).putAttribute("colour", "blue", asking(10, PERSISTED, World.LABEL)));

        Checks.equal(asked, List.of(World.LABEL));
    }

    private void refused() throws Exception {
        final ThingId id = world.newThing();
        world.device.twin().forId(id).registerForThingChanges("refused", change ->
                change.handleAcknowledgementRequest(World.LABEL, handle -> handle.acknowledge(HttpStatus.CONFLICT)));

        final Throwable failure = Checks.failureOf(
                world.app.twin().forId(id).putAttribute("colour", "blue", asking(10, PERSISTED, World.LABEL)));

        Checks.equal(statusesOf(failure), "424: java:delivered 409, twin-persisted 204");
    }

    private void late() throws Exception {
        final ThingId id = world.newThing();

        final Throwable failure = Checks.failureOf(
                world.app.twin().forId(id).putAttribute("colour", "blue", asking(1, PERSISTED, World.LABEL)));

        Checks.equal(statusesOf(failure), "424: java:delivered 408, twin-persisted 204");
    }

    private void weak() throws Exception {
        final ThingId id = world.newThing();
        final AcknowledgementLabel label = AcknowledgementLabel.of("java:filtered");
        final DittoClient client = world.connect("device", label);
        try {
            Checks.get(client.twin().startConsumption(Options.Consumption.filter("eq(attributes/colour,\"green\")")));

            Checks.get(world.app.twin().forId(id).putAttribute("colour", "blue", asking(10, PERSISTED, label)));
        } finally {
            client.destroy();
        }
    }

    private void message() throws Exception {
        final ThingId id = world.newThing();
        world.device.live().forId(id).<String, String>registerForMessage("ask", "ask", String.class, message -> {
            message.handleAcknowledgementRequests(handles -> handles.stream()
                    .filter(handle -> handle.getAcknowledgementLabel().equals(World.LABEL))
                    .forEach(handle -> handle.acknowledge(HttpStatus.OK)));
            message.reply().httpStatus(HttpStatus.OK).payload("heard").contentType("text/plain").send();
        });
        final CompletableFuture<String> answer = new CompletableFuture<>();

        world.app.live().forId(id).<String>message().to().subject("ask")
                .headers(headersAsking(ANSWERED, World.LABEL))
                .timeout(Duration.ofSeconds(10))
                .payload("hello").contentType("text/plain")
                .send(String.class, (response, problem) -> {
                    if (problem == null) answer.complete(response.getPayload().orElse("-"));
                    else answer.completeExceptionally(problem);
                });

        Checks.equal(Checks.get(answer), "heard");
    }

    private void liveCommand() throws Exception {
        final ThingId id = world.newThing();
        world.device.live().forId(id).register(LiveCommandHandler.withAcks(ModifyAttributeLiveCommand.class, command -> {
            command.handleAcknowledgementRequest(World.LABEL, handle -> handle.acknowledge(HttpStatus.OK));
            return command.answer()
                    .withResponse(ModifyAttributeLiveCommandAnswerBuilder.ResponseFactory::modified)
                    .withoutEvent();
        }));

        Checks.get(world.app.live().forId(id).putAttribute("colour", "blue", asking(10, ANSWERED, World.LABEL)));
    }

    private void declaredTwice() throws Exception {
        final CompletableFuture<Object> fate = new CompletableFuture<>();
        final DittoClient second = Checks.get(
                world.newClient(fate::completeExceptionally, World.basic("device", "device"), World.LABEL).connect());
        try {
            Checks.equal(Checks.refusalOf(fate), "acknowledgement:label.not.unique");
        } finally {
            second.destroy();
        }
    }

    private static Option<?> asking(
            final int seconds, final AcknowledgementLabel label, final AcknowledgementLabel other) {
        return Options.headers(
                DittoHeaders.newBuilder(headersAsking(label, other)).timeout(Duration.ofSeconds(seconds)).build());
    }

    private static DittoHeaders headersAsking(final AcknowledgementLabel label, final AcknowledgementLabel other) {
        return DittoHeaders.newBuilder()
                .acknowledgementRequest(AcknowledgementRequest.of(label), AcknowledgementRequest.of(other))
                .build();
    }

    private static String statusesOf(final Throwable failure) {
        if (!(failure instanceof AcknowledgementsFailedException failed))
            throw new AssertionError("failed otherwise", failure);
        final List<String> each = failed.getAcknowledgements().stream()
                .sorted((one, other) -> one.getLabel().toString().compareTo(other.getLabel().toString()))
                .map(AcknowledgementChecks::statusOf)
                .toList();
        return failed.getAcknowledgements().getHttpStatus().getCode() + ": " + String.join(", ", each);
    }

    private static String statusOf(final Acknowledgement ack) {
        return ack.getLabel() + " " + ack.getHttpStatus().getCode();
    }

}
