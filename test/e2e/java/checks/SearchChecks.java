package checks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.eclipse.ditto.base.model.acks.AcknowledgementLabel;
import org.eclipse.ditto.base.model.acks.AcknowledgementRequest;
import org.eclipse.ditto.base.model.acks.DittoAcknowledgementLabel;
import org.eclipse.ditto.base.model.headers.DittoHeaders;
import org.eclipse.ditto.client.options.Options;
import org.eclipse.ditto.client.twin.SearchQueryBuilder;
import org.eclipse.ditto.json.JsonObject;
import org.eclipse.ditto.things.model.Thing;
import org.eclipse.ditto.things.model.ThingId;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Searches, which the client streams by demand. */
final class SearchChecks {

    private static final String NAMESPACE = "org.pollux.java.search";
    private static final int THINGS = 30;

    private final World world;

    SearchChecks(final World world) {
        this.world = world;
    }

    void run(final Checks checks) {
        checks.check("things that are to be searched are told to be indexed", this::prepare);
        checks.check("a search finds what its filter says, sorted, with the fields asked for", this::filtered);
        checks.check("a search goes on over its pages as a stream", this::streamed);
        checks.check("a search that is cancelled gives no more pages", this::cancelled);
        checks.check("a search whose filter is none is refused", this::broken);
    }

    private void prepare() throws Exception {
        for (int level = 0; level < THINGS; level++) {
            final ThingId id = ThingId.of(NAMESPACE, "thing-" + level);
            final JsonObject thing = World.thing(id).toBuilder().set("/attributes/level", level).build();
            Checks.get(world.app.twin().create(thing, World.policy(), Options.headers(DittoHeaders.newBuilder()
                    .acknowledgementRequest(
                            requestOf(DittoAcknowledgementLabel.TWIN_PERSISTED),
                            requestOf(DittoAcknowledgementLabel.SEARCH_PERSISTED))
                    .build())));
        }
    }

    private void filtered() throws Exception {
        final List<Thing> found = search(query -> query
                .namespace(NAMESPACE)
                .filter("and(gt(attributes/level,9),lt(attributes/level,12))")
                .options("sort(-attributes/level)")
                .fields("thingId,attributes/level"));

        Checks.equal(found.stream().map(thing -> thing.toJson().toString()).toList(), List.of(
                "{\"thingId\":\"" + NAMESPACE + ":thing-11\",\"attributes\":{\"level\":11}}",
                "{\"thingId\":\"" + NAMESPACE + ":thing-10\",\"attributes\":{\"level\":10}}"));
    }

    private void streamed() {
        final List<Thing> found = search(query -> query
                .namespace(NAMESPACE)
                .options(options -> options.size(7).sort(sort -> sort.asc("attributes/level")))
                .initialDemand(3)
                .demand(2));

        Checks.equal(found.size(), THINGS);
        Checks.equal(levelOf(found.get(THINGS - 1)), THINGS - 1);
    }

    private void cancelled() throws Exception {
        final List<Integer> pages = new ArrayList<>();
        final CompletableFuture<Void> first = new CompletableFuture<>();
        world.app.twin().search()
                .publisher(query -> query.namespace(NAMESPACE).options("size(5),sort(+attributes/level)"))
                .subscribe(new Subscriber<>() {
                    private Subscription subscription;

                    @Override
                    public void onSubscribe(final Subscription made) {
                        subscription = made;
                        subscription.request(1);
                    }

                    @Override
                    public void onNext(final List<Thing> page) {
                        pages.add(page.size());
                        subscription.cancel();
                        first.complete(null);
                    }

                    @Override
                    public void onError(final Throwable problem) {
                        first.completeExceptionally(problem);
                    }

                    @Override
                    public void onComplete() {
                        pages.add(-1);
                    }
                });

        Checks.get(first);
        Thread.sleep(200);

        Checks.equal(pages, List.of(5));
    }

    private void broken() throws Exception {
        final CompletableFuture<List<Thing>> result = new CompletableFuture<>();
        try {
            result.complete(search(query -> query.filter("bogus(")));
        } catch (final RuntimeException problem) {
            result.completeExceptionally(problem);
        }

        Checks.equal(Checks.refusalOf(result), "rql.expression.invalid");
    }

    private List<Thing> search(final Consumer<SearchQueryBuilder> query) {
        try (Stream<Thing> things = world.app.twin().search().stream(query)) {
            return things.toList();
        }
    }

    private static int levelOf(final Thing thing) {
        return thing.getAttributes().flatMap(attributes -> attributes.getValue("level")).orElseThrow().asInt();
    }

    private static AcknowledgementRequest requestOf(final AcknowledgementLabel label) {
        return AcknowledgementRequest.of(label);
    }

}
