//! The same API requests put to Kordon and to other engines.
//!
//! Owns the sizes, the check that all give the same answers, and the measuring. What an engine
//! has to be told, and how, is its own module's.

mod cedar;
mod grant;
mod naive;
mod rego;

use anyhow::{Result, ensure};
use criterion::Criterion;
use kordon_benches::clock::{self, ThreadTime};
use kordon_benches::company::{Call, Company};
use kordon_benches::decide;

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// How many requests must be answered as Kordon does before an engine is measured.
const CHECKED: usize = 512;

/// An engine that knows a company's bindings.
trait Peer {
    /// A request in the form that the engine takes, built before the clock starts.
    type Question;

    /// Brings a request into that form.
    fn question(&self, call: &Call) -> Result<Self::Question>;

    /// What is measured: whether the request is granted.
    fn allows(&mut self, question: &Self::Question) -> Result<bool>;
}

fn main() -> Result<()> {
    let mut criterion = clock::criterion().configure_from_args();
    for size in SIZES {
        compare(&mut criterion, size)?;
    }
    criterion.final_summary();
    Ok(())
}

fn compare(criterion: &mut Criterion<ThreadTime>, size: usize) -> Result<()> {
    let company = Company::realistic(size, 1);
    let snapshot = kordon_benches::snapshot(company.objects());
    let requests: Vec<_> = company.calls.iter().map(Call::as_request).collect();
    let answers: Vec<bool> = requests
        .iter()
        .map(|request| snapshot.decide(request).is_allowed())
        .collect();
    let checked = answers.get(..CHECKED).unwrap_or(&answers);
    ensure!(
        checked.contains(&true) && checked.contains(&false),
        "the first {CHECKED} requests must have both answers"
    );
    let mut bench = Bench {
        criterion,
        calls: &company.calls,
        size,
        answers: &answers,
    };
    bench.measure("kordon-strings", &requests, |request| {
        Ok(snapshot.decide(request).is_allowed())
    })?;
    let calls = company.calls.iter();
    let prepared: Vec<_> = calls
        .map(|call| snapshot.prepare_api(&call.as_api()))
        .collect();
    bench.measure("kordon-prepared", &prepared, |prepared| {
        Ok(prepared.decide().is_allowed())
    })?;
    bench.run("naive-loop", naive::Loop::new(&company))?;
    bench.run("cedar", cedar::Cedar::new(&company)?)?;
    bench.run("rego-linear", rego::Rego::linear(&company)?)?;
    bench.run("rego-indexed", rego::Rego::indexed(&company)?)
}

struct Bench<'a> {
    criterion: &'a mut Criterion<ThreadTime>,
    calls: &'a [Call],
    size: usize,
    /// Kordon's answers, in the order of the calls.
    answers: &'a [bool],
}

impl Bench<'_> {
    fn run(&mut self, name: &str, mut peer: impl Peer) -> Result<()> {
        let calls = self.calls.iter();
        let questions = calls
            .map(|call| peer.question(call))
            .collect::<Result<Vec<_>>>()?;
        self.measure(name, &questions, |question| peer.allows(question))
    }

    /// Holds an engine against Kordon's answers, then measures it.
    fn measure<T>(
        &mut self,
        name: &str,
        questions: &[T],
        mut allows: impl FnMut(&T) -> Result<bool>,
    ) -> Result<()> {
        let asked = self.calls.iter().zip(questions).zip(self.answers);
        for ((call, question), expected) in asked.take(CHECKED) {
            ensure!(
                allows(question)? == *expected,
                "{name} must answer `{expected}` to {call:?} at {} bindings",
                self.size
            );
        }
        let id = format!("peers/{name}");
        decide::one(self.criterion, &id, self.size, questions, allows);
        Ok(())
    }
}
