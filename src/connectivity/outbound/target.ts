// A target as it is used: what its configuration says, compiled when the connection is opened.

import type { Connection, Target } from "../model.ts";
import type { Monitor, Step, TargetStep } from "../monitoring/monitor.ts";
import { headerTextsOf, textOf, withConnectionId } from "../placeholders/texts.ts";
import type { Goal } from "./send.ts";

export type TargetSteps = Readonly<Record<TargetStep, Step>>;

export interface UsedTarget {
  readonly index: number;
  readonly target: Target;
  readonly goal: Goal;
  readonly steps: TargetSteps;
  /** The label of the acknowledgement that it issues, with the ID of the connection. */
  readonly issuedLabel: string | undefined;
}

const names: readonly TargetStep[] = [
  ...(["dispatched", "filtered", "mapped", "published", "dropped", "acknowledged", "other"] as const),
];

/** Looks the steps of something that goes out up once. */
export const targetSteps = (stepOf: (step: TargetStep) => Step): TargetSteps =>
  Object.fromEntries(names.map((name) => [name, stepOf(name)])) as TargetSteps;

/** Compiles the targets of a connection. Throws a plain error on what cannot be read. */
export const usedTargets = (connection: Connection, monitor: Monitor): readonly UsedTarget[] =>
  connection.targets.map((target, index) => {
    const steps = targetSteps((step) => monitor.target(target.address, step));
    const label = target.issuedAcknowledgementLabel;
    return {
      ...{ index, target, steps },
      goal: {
        address: textOf(target.address),
        qos: target.qos,
        headerMapping: headerTextsOf(target.headerMapping),
        published: steps.published,
        dropped: steps.dropped,
      },
      issuedLabel: label === undefined ? undefined : withConnectionId(label, connection.id),
    };
  });

/** The labels that the targets issue, but for answers to live signals, which are nobody's alone. */
export const issuedLabels = (targets: readonly UsedTarget[]): readonly string[] =>
  targets.flatMap(({ issuedLabel }) =>
    issuedLabel === undefined || issuedLabel === "live-response" ? [] : [issuedLabel],
  );
