package checks;

import org.eclipse.ditto.client.DittoClient;
import org.eclipse.ditto.client.live.Live;
import org.eclipse.ditto.client.options.Option;

/** A client of the device's that is told of everything live. */
final class Device implements AutoCloseable {

    private final DittoClient client;

    Device(final World world, final Option<?>... options) throws Exception {
        client = world.connect("device");
        Checks.get(client.live().startConsumption(options));
    }

    Live live() {
        return client.live();
    }

    @Override
    public void close() {
        client.destroy();
    }

}
