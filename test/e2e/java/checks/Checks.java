package checks;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.eclipse.ditto.base.model.exceptions.DittoRuntimeException;

/** Runs checks one after another, and tells of each in one line: `ok`, tab, name, or `failed`, tab, name, tab, why. */
final class Checks {

    interface Check {
        void run() throws Exception;
    }

    private static final int CHECK_SECONDS = 40;
    private static final int ANSWER_SECONDS = 15;
    private static final int POLL_MS = 20;

    private final ExecutorService executor = Executors.newCachedThreadPool(work -> {
        final Thread thread = new Thread(work);
        thread.setDaemon(true); // a check that hangs must not keep the program
        return thread;
    });

    void check(final String name, final Check check) {
        final Callable<Void> work = () -> {
            check.run();
            return null;
        };
        try {
            executor.submit(work).get(CHECK_SECONDS, TimeUnit.SECONDS);
            System.out.println("ok\t" + name);
        } catch (final Exception | Error problem) {
            System.out.println("failed\t" + name + "\t" + inOneLine(unwrapped(problem)));
        }
    }

    /** The outcome, where the client does not fail. */
    static <T> T get(final CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (final ExecutionException problem) {
            throw new IllegalStateException("the client failed", unwrapped(problem));
        }
    }

    /** What the client fails with. */
    static Throwable failureOf(final CompletionStage<?> stage) throws Exception {
        final CompletableFuture<Throwable> failure = new CompletableFuture<>();
        stage.whenComplete((value, problem) -> {
            if (problem == null) failure.completeExceptionally(new AssertionError("did not fail, but gave " + value));
            else failure.complete(unwrapped(problem));
        });
        return get(failure);
    }

    /** The code of the error that the server refuses with. */
    static String refusalOf(final CompletionStage<?> stage) throws Exception {
        final Throwable failure = failureOf(stage);
        if (failure instanceof DittoRuntimeException refusal) return refusal.getErrorCode();
        throw new AssertionError("failed with no error of Ditto's", failure);
    }

    static void equal(final Object actual, final Object expected) {
        if (!expected.equals(actual)) throw new AssertionError("expected " + expected + ", got " + actual);
    }

    /** Waits until it is so. */
    static void eventually(final Callable<Object> actual, final Object expected) throws Exception {
        final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
        while (!expected.equals(actual.call()) && System.nanoTime() < end) Thread.sleep(POLL_MS);
        equal(actual.call(), expected);
    }

    private static Throwable unwrapped(final Throwable problem) {
        final boolean wraps = problem instanceof ExecutionException || problem instanceof CompletionException;
        return wraps && problem.getCause() != null ? unwrapped(problem.getCause()) : problem;
    }

    private static String inOneLine(final Throwable problem) {
        final String reason = problem.toString();
        final String cause = problem.getCause() == null ? "" : ", caused by " + problem.getCause();
        final StackTraceElement[] trace = problem.getStackTrace();
        for (final StackTraceElement element : trace) {
            if (element.getClassName().startsWith("checks.") && !element.getClassName().endsWith(".Checks"))
                return (reason + cause + " at " + element).replaceAll("\\s+", " ");
        }
        return (reason + cause).replaceAll("\\s+", " ");
    }

}
