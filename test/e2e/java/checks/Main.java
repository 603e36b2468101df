package checks;

/** `java checks.Main ws://host:port {token} {later token}`: drives a server with the published Java client. */
public final class Main {

    public static void main(final String[] arguments) throws Exception {
        final Checks checks = new Checks();
        try (World world = new World(arguments[0])) {
            new LoginChecks(world, arguments[1], arguments[2]).run(checks);
            new TwinChecks(world).run(checks);
            new ChangeChecks(world).run(checks);
            new PolicyChecks(world).run(checks);
            new SearchChecks(world).run(checks);
            new MessageChecks(world).run(checks);
            new LiveCommandChecks(world).run(checks);
            new LiveEventChecks(world).run(checks);
            new AcknowledgementChecks(world).run(checks);
        }
        System.exit(0); // the client keeps threads of its own for a while
    }

}
