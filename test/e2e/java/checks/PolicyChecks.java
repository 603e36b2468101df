package checks;

import java.util.Optional;

import org.eclipse.ditto.client.policies.Policies;
import org.eclipse.ditto.json.JsonFieldSelector;
import org.eclipse.ditto.policies.model.Label;
import org.eclipse.ditto.policies.model.PoliciesModelFactory;
import org.eclipse.ditto.policies.model.Policy;
import org.eclipse.ditto.policies.model.PolicyId;
import org.eclipse.ditto.policies.model.Subject;
import org.eclipse.ditto.policies.model.SubjectId;
import org.eclipse.ditto.things.model.ThingId;

/** Commands on policies. */
final class PolicyChecks {

    private final World world;
    private final Policies policies;

    PolicyChecks(final World world) {
        this.world = world;
        policies = world.app.policies();
    }

    void run(final Checks checks) {
        checks.check("a policy is created, put, updated, retrieved and deleted", this::life);
        checks.check("a policy that is not there is neither retrieved nor updated", this::missing);
        checks.check("a policy that is changed counts for the things that use it at once", this::effect);
    }

    private void life() throws Exception {
        final Policy policy = newPolicy();
        final PolicyId id = policy.getEntityId().orElseThrow();
        final Subject added = Subject.newInstance(SubjectId.newInstance("nginx:added"));

        final Policy created = Checks.get(policies.create(policy));
        final Optional<Policy> replaced = Checks.get(policies.put(policy));
        Checks.get(policies.update(policy.toBuilder().setSubjectFor("owner", added).build()));
        final Policy read = Checks.get(policies.retrieve(id));
        final Policy part = Checks.get(policies.retrieve(id, JsonFieldSelector.newInstance("_revision", "policyId")));
        Checks.get(policies.delete(id));

        Checks.equal(created.getEntityId(), Optional.of(id));
        Checks.equal(replaced, Optional.empty());
        Checks.equal(subject(read, "nginx:added"), true);
        Checks.equal(part.getRevision().orElseThrow().toLong(), 3L);
        Checks.equal(part.isEmpty(), true);
        Checks.equal(Checks.refusalOf(policies.retrieve(id)), "policies:policy.notfound");
    }

    private void missing() throws Exception {
        final Policy policy = newPolicy();

        Checks.equal(
                Checks.refusalOf(policies.retrieve(policy.getEntityId().orElseThrow())), "policies:policy.notfound");
        Checks.equal(Checks.refusalOf(policies.update(policy)), "policies:precondition.failed");
    }

    private void effect() throws Exception {
        final ThingId id = world.newThing();
        final Policy policy = Checks.get(policies.retrieve(PolicyId.of(id)));

        Checks.get(policies.update(policy.removeSubjectFor("owner", SubjectId.newInstance("nginx:device"))));

        Checks.equal(Checks.refusalOf(world.device.twin().forId(id).retrieve()), "things:thing.notfound");
    }

    private static Policy newPolicy() {
        return PoliciesModelFactory.newPolicy(World.policy().toBuilder().set("policyId", World.newId().toString()).build());
    }

    private static boolean subject(final Policy policy, final String subject) {
        return policy.getEntryFor(Label.of("owner")).orElseThrow()
                .getSubjects().getSubject(SubjectId.newInstance(subject)).isPresent();
    }

}
