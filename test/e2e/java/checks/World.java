package checks;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.eclipse.ditto.base.model.acks.AcknowledgementLabel;
import org.eclipse.ditto.client.DisconnectedDittoClient;
import org.eclipse.ditto.client.DittoClient;
import org.eclipse.ditto.client.DittoClients;
import org.eclipse.ditto.client.configuration.BasicAuthenticationConfiguration;
import org.eclipse.ditto.client.configuration.WebSocketMessagingConfiguration;
import org.eclipse.ditto.client.messaging.AuthenticationProvider;
import org.eclipse.ditto.client.messaging.AuthenticationProviders;
import org.eclipse.ditto.client.messaging.MessagingProviders;
import org.eclipse.ditto.json.JsonObject;
import org.eclipse.ditto.things.model.ThingId;

import com.neovisionaries.ws.client.WebSocket;

/** The server, and those who speak with it: an application, and a device that may do with its things the same. */
final class World implements AutoCloseable {

    static final String NAMESPACE = "org.pollux.java";
    /** What the device declares to acknowledge. */
    static final AcknowledgementLabel LABEL = AcknowledgementLabel.of("java:delivered");

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final AtomicInteger THINGS = new AtomicInteger();

    final DittoClient app;
    final DittoClient device;
    private final String endpoint;

    World(final String endpoint) throws Exception {
        this.endpoint = endpoint;
        app = connect("app");
        device = connect("device", LABEL);
    }

    /** A client of its own, to be destroyed by who asked for it; the password is the name. */
    DittoClient connect(final String user, final AcknowledgementLabel... declared) throws Exception {
        return Checks.get(newClient(basic(user, user), declared).connect());
    }

    DisconnectedDittoClient newClient(
            final AuthenticationProvider<WebSocket> authentication, final AcknowledgementLabel... declared) {
        return newClient(problem -> {}, authentication, declared);
    }

    /** A client that tells what is wrong with its session as a whole. */
    DisconnectedDittoClient newClient(final Consumer<Throwable> onProblem,
            final AuthenticationProvider<WebSocket> authentication, final AcknowledgementLabel... declared) {
        return DittoClients.newInstance(MessagingProviders.webSocket(
                WebSocketMessagingConfiguration.newBuilder()
                        .endpoint(endpoint)
                        .timeout(TIMEOUT)
                        .reconnectEnabled(false)
                        .declaredAcknowledgements(List.of(declared))
                        .connectionErrorHandler(onProblem)
                        .build(),
                authentication));
    }

    static AuthenticationProvider<WebSocket> basic(final String user, final String password) {
        return AuthenticationProviders.basic(
                BasicAuthenticationConfiguration.newBuilder().username(user).password(password).build());
    }

    static ThingId newId() {
        return ThingId.of(NAMESPACE, "thing-" + THINGS.incrementAndGet());
    }

    /** Creates a thing that both may read and write, with a colour, a place and a lamp. */
    ThingId newThing() throws Exception {
        final ThingId id = newId();
        Checks.get(app.twin().create(thing(id), policy()));
        return id;
    }

    static JsonObject thing(final ThingId id) {
        return JsonObject.of("""
                {
                  "thingId": "%s",
                  "attributes": {"colour": "red", "place": {"hall": 1}},
                  "features": {"lamp": {"properties": {"on": false, "level": 3}}}
                }""".formatted(id));
    }

    /** A policy that lets the application and the device do everything. */
    static JsonObject policy() {
        return JsonObject.of("""
                {
                  "entries": {
                    "owner": {
                      "subjects": {"nginx:app": {"type": "test"}, "nginx:device": {"type": "test"}},
                      "resources": {
                        "thing:/": {"grant": ["READ", "WRITE"], "revoke": []},
                        "policy:/": {"grant": ["READ", "WRITE"], "revoke": []},
                        "message:/": {"grant": ["READ", "WRITE"], "revoke": []}
                      }
                    }
                  }
                }""");
    }

    @Override
    public void close() {
        app.destroy();
        device.destroy();
    }

}
