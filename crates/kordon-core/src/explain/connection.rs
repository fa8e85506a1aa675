//! Explanations of connections.

use super::{Explanation, LISTED, PlaneFinding, PolicyFinding, RuleFinding, StageFinding, nearest};
use crate::compile::{StagePolicy, StageProgram};
use crate::decide::{Asked, Connection, Guarded, Holds, Reason, Side, StageAnswer, Trace, Who};
use crate::decision::{Decision, Verdict};
use crate::request::{ConnectionRequest, HttpRequest};
use crate::rule::{Combine, Plane};
use crate::snapshot::Snapshot;

impl Snapshot {
    pub(super) fn explain_connection(&self, request: &ConnectionRequest<'_>) -> Explanation {
        let mut recorder = Recorder::new(self);
        let asked = Asked::connection(request.session.as_ref());
        let decision = self.decide_connection(request, &asked, &mut recorder);
        recorder.explanation(decision)
    }

    pub(super) fn explain_http(&self, request: &HttpRequest<'_>) -> Explanation {
        let mut recorder = Recorder::new(self);
        let decision = self.decide_http(request, &mut recorder);
        recorder.explanation(decision)
    }
}

/// Takes notes of a decision.
struct Recorder<'a> {
    snapshot: &'a Snapshot,
    /// The answers of the stages of the side that is being judged.
    answers: Vec<StageAnswer>,
    /// The sides of the pair that is being judged.
    sides: Vec<PlaneFinding>,
    /// The pair that speaks for all so far.
    kept: Option<(Decision, Vec<PlaneFinding>)>,
    pairs: usize,
}

impl<'a> Recorder<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            answers: Vec::new(),
            sides: Vec::new(),
            kept: None,
            pairs: 0,
        }
    }

    fn explanation(self, decision: Decision) -> Explanation {
        let planes = match decision.problem {
            Some(_) => Vec::new(),
            None => self.kept.map(|(_, planes)| planes).unwrap_or_default(),
        };
        Explanation {
            decision,
            planes,
            pairs: self.pairs,
        }
    }
}

impl Trace for Recorder<'_> {
    const EXHAUSTIVE: bool = true;

    fn stage(&mut self, _: &StageProgram, answer: StageAnswer) {
        self.answers.push(answer);
    }

    fn side(&mut self, guarded: &Guarded<'_>) {
        let answers = std::mem::take(&mut self.answers);
        self.sides
            .push(self.snapshot.side_finding(guarded, &answers));
    }

    fn pair(&mut self, decision: &Decision) {
        self.pairs += 1;
        let sides = std::mem::take(&mut self.sides);
        let replaces = self
            .kept
            .as_ref()
            .is_none_or(|(kept, _)| decision.outweighs(kept));
        if replaces {
            self.kept = Some((*decision, sides));
        }
    }
}

impl Snapshot {
    fn side_finding(&self, guarded: &Guarded<'_>, answers: &[StageAnswer]) -> PlaneFinding {
        let stages = guarded.stages.iter();
        let findings: Vec<StageFinding> = stages
            .zip(answers)
            .map(|(stage, answer)| {
                self.stage_finding(stage, *answer, guarded.connection, guarded.peer)
            })
            .collect();
        PlaneFinding {
            plane: guarded.plane,
            direction: Some(guarded.connection.direction),
            subject: self.side_name(guarded.subject),
            object: self.side_name(guarded.peer),
            verdict: guarded.judgement.verdict,
            explicit: guarded.judgement.explicit,
            reason: self.reason(guarded, findings.last()),
            stages: findings,
            grants: Vec::new(),
        }
    }

    fn stage_finding(
        &self,
        stage: &StageProgram,
        answer: StageAnswer,
        connection: &Connection<'_>,
        peer: &Side<'_>,
    ) -> StageFinding {
        let finding = |at, rule| {
            let policy = &stage.policy(at)?.policy;
            Some(self.rule_finding(&policy.object, rule, connection, peer))
        };
        let of = |wanted: Holds| {
            stage
                .rules()
                // Nothing follows from the rules of a stage that nothing declares.
                .filter(|_| stage.combine != Combine::Declared)
                .filter(move |(_, rule)| rule.matches(connection) == wanted)
        };
        // INVARIANT: the first match in rank order is what decided, or, where any match decides,
        // one that would have. Which of these an index finds first depends on the snapshot's
        // history, and no output may.
        let matching = of(Holds::Yes).filter_map(|(at, rule)| finding(at, rule));
        let unknown = of(Holds::Unknown).filter_map(|(at, rule)| finding(at, rule));
        let near = of(Holds::No).filter_map(|(at, rule)| finding(at, rule));
        let policies = stage
            .policies
            .iter()
            .take(LISTED)
            .map(|StagePolicy { policy, .. }| PolicyFinding {
                object: (*policy.object).clone(),
                path: policy.path.to_string(),
                rules: policy.rules().len(),
            });
        StageFinding {
            name: stage.name().to_owned(),
            answer: answer.outcome.name(),
            policies: policies.collect(),
            selecting: stage.policies.len(),
            matching: matching.take(LISTED).collect(),
            unknown: unknown.take(super::NEAREST).collect(),
            nearest: nearest(near),
        }
    }

    /// Why a side was judged as it was, in one line.
    fn reason(&self, guarded: &Guarded<'_>, last: Option<&StageFinding>) -> String {
        let subject = self.side_name(guarded.subject);
        let direction = guarded.connection.direction;
        match guarded.judgement.reason {
            Reason::NotGuarded if guarded.subject.who == Who::UnknownPod => {
                format!("which policies guard the {direction} of {subject} is not known")
            }
            Reason::NotGuarded => {
                format!("{subject} is not in the pod network: no policy guards its {direction}")
            }
            Reason::Itself => "a pod always reaches itself".to_owned(),
            Reason::OwnNode => format!("{subject}'s own node always reaches it"),
            Reason::NoProxy => {
                format!(
                    "no proxy of the mesh stands before {subject}: nothing enforces its policies"
                )
            }
            Reason::UnreadableTls => {
                "the proxy takes TLS that is not the mesh's own for bytes, and the port is HTTP's"
                    .to_owned()
            }
            Reason::NothingSelects if guarded.plane != Plane::Network => {
                format!("no policy of this plane selects {subject}")
            }
            Reason::NothingDecides if guarded.plane != Plane::Network => {
                self.undecided_reason(guarded)
            }
            Reason::NothingSelects => format!("no policy selects {subject} for {direction}"),
            Reason::NothingDecides => {
                format!(
                    "every policy that selects {subject} for {direction} leaves the answer open"
                )
            }
            Reason::Stage(_) => {
                last.map_or_else(String::new, |stage| self.stage_reason(guarded, stage))
            }
        }
    }

    fn stage_reason(&self, guarded: &Guarded<'_>, stage: &StageFinding) -> String {
        let peer = self.side_name(guarded.peer);
        match (
            guarded.judgement.verdict,
            stage.matching.first(),
            stage.unknown.first(),
        ) {
            (Verdict::Unknown, _, Some(rule)) => {
                let why = rule.clauses.iter().find(|clause| clause.holds.is_none());
                let why = why.map_or("", |clause| clause.admits.as_str());
                format!("it cannot be told whether {rule} matches {peer}: {why}")
            }
            (_, Some(rule), _) => format!("{rule} {}", effect_text(rule)),
            (Verdict::Unknown, None, None) => format!(
                "selected by policies of {}, which nothing declares: where it stands is not known",
                stage.name
            ),
            (_, None, _) => {
                let policies = if stage.selecting == 1 {
                    "policy"
                } else {
                    "policies"
                };
                let found = Self::asked_text(guarded);
                match guarded.plane {
                    Plane::Network => format!(
                        "selected by {} {policies} for {}; no rule admits {peer} on {found}",
                        stage.selecting, guarded.connection.direction,
                    ),
                    _ => format!(
                        "selected by {} {policies} of {}; no rule admits {found}",
                        stage.selecting, stage.name,
                    ),
                }
            }
        }
    }
}

fn effect_text(rule: &RuleFinding) -> &'static str {
    match rule.effect {
        crate::rule::Effect::Allow => "allows it",
        crate::rule::Effect::Deny => "denies it",
        crate::rule::Effect::Pass => "passes it on",
    }
}
