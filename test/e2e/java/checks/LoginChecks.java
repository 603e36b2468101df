package checks;

import java.util.Iterator;
import java.util.List;

import org.eclipse.ditto.client.DittoClient;
import org.eclipse.ditto.client.configuration.AccessTokenAuthenticationConfiguration;
import org.eclipse.ditto.client.messaging.AuthenticationException;
import org.eclipse.ditto.client.messaging.AuthenticationProviders;
import org.eclipse.ditto.jwt.model.ImmutableJsonWebToken;
import org.eclipse.ditto.things.model.ThingId;

import java.time.Duration;

/** Who is let in. */
final class LoginChecks {

    private final World world;
    private final String token;
    private final String laterToken;

    /** Tokens of one subject, the first of which is over within seconds. */
    LoginChecks(final World world, final String token, final String laterToken) {
        this.world = world;
        this.token = token;
        this.laterToken = laterToken;
    }

    void run(final Checks checks) {
        checks.check("a wrong password lets nobody in", this::wrongPassword);
        checks.check("a session that a token opened goes on with the next token", this::tokens);
    }

    private void wrongPassword() throws Exception {
        final Throwable failure =
                Checks.failureOf(world.newClient(World.basic("app", "wrong")).connect());

        Checks.equal(failure.getClass(), AuthenticationException.class);
    }

    private void tokens() throws Exception {
        final ImmutableJsonWebToken first = (ImmutableJsonWebToken) ImmutableJsonWebToken.fromToken(token);
        final Iterator<String> tokens = List.of(token, laterToken).iterator();
        final DittoClient client = Checks.get(world.newClient(AuthenticationProviders.accessToken(
                AccessTokenAuthenticationConfiguration.newBuilder()
                        .identifier("token")
                        .accessTokenSupplier(() -> ImmutableJsonWebToken.fromToken(
                                tokens.hasNext() ? tokens.next() : laterToken))
                        .expiryGracePeriod(Duration.ofSeconds(1))
                        .build())).connect());
        try {
            final ThingId id = World.newId();
            Checks.get(client.twin().create(id));

            Thread.sleep(Math.max(first.getExpirationTime().toEpochMilli() - System.currentTimeMillis(), 0) + 1_000);

            Checks.get(client.twin().delete(id));
        } finally {
            client.destroy();
        }
    }

}
