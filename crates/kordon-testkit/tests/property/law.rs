//! Laws over random worlds: how many worlds are tried, and what is shown when one breaks a law.

use kordon_testkit::world::World;
use serde_json::Value;

use crate::yaml::to_yaml;

/// Pairs of a world and a request, all laws together, unless `KORDON_CASES` says otherwise.
const CASES: usize = 10_000;

/// How many laws share the cases.
const LAWS: usize = 31;

/// A world is made smaller by at most so many attempts.
const ATTEMPTS: usize = 3_000;

/// Something that holds for every world.
pub(crate) struct Law {
    /// The law in a few words.
    pub(crate) name: &'static str,
    /// The world of a seed.
    pub(crate) world: fn(u64) -> World,
    /// What breaks the law in a world, if anything does.
    pub(crate) broken: fn(&World) -> Option<Broken>,
}

/// How a world breaks a law.
pub(crate) struct Broken {
    /// The request that shows it.
    pub(crate) request: Value,
    /// What was found, and what was expected.
    pub(crate) why: String,
}

/// The first request of a world that breaks a law by itself.
pub(crate) fn first_broken(
    world: &World,
    why: impl Fn(&Value) -> Result<(), String>,
) -> Option<Broken> {
    world.requests.iter().find_map(|request| {
        let request = request.clone();
        why(&request).err().map(|why| Broken { request, why })
    })
}

/// The error of two values that should be equal.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("found    {found:?}\nexpected {expected:?}"))
    }
}

impl Law {
    /// Tries the law on its share of the cases; gives their number.
    pub(crate) fn hold(&self) -> usize {
        let (mut cases, mut seed) = (0, number("KORDON_SEED").unwrap_or(0));
        let wanted = number("KORDON_CASES").map_or(CASES, |cases| {
            usize::try_from(cases).expect("`KORDON_CASES` fits the machine")
        });
        while cases < wanted.div_ceil(LAWS) {
            let world = (self.world)(seed);
            cases += world.requests.len().max(1);
            if let Some(broken) = (self.broken)(&world) {
                self.fail(seed, world, broken);
            }
            seed += 1;
        }
        println!("{}: {cases} cases", self.name);
        cases
    }

    fn fail(&self, seed: u64, world: World, broken: Broken) -> ! {
        let (world, broken) = self.shrink(world, broken);
        panic!(
            "seed {seed} breaks the law that {}:\n{}\nrequest {}\nin this smallest world:\n{}",
            self.name,
            broken.why,
            broken.request,
            to_yaml(&world.objects)
        );
    }

    /// The smallest world that still breaks the law, by leaving out one thing at a time.
    fn shrink(&self, world: World, broken: Broken) -> (World, Broken) {
        let mut attempts = ATTEMPTS;
        let one = World {
            objects: world.objects.clone(),
            requests: vec![broken.request.clone()],
        };
        let mut known = (world, broken);
        self.attempt(&mut known, vec![one], &mut attempts);
        loop {
            let candidates = smaller(&known.0);
            if !self.attempt(&mut known, candidates, &mut attempts) {
                return known;
            }
        }
    }

    /// Replaces what is known to break the law by the first of some worlds that breaks it as well.
    fn attempt(
        &self,
        known: &mut (World, Broken),
        candidates: Vec<World>,
        attempts: &mut usize,
    ) -> bool {
        for world in candidates.into_iter().take(*attempts) {
            *attempts -= 1;
            if let Some(broken) = (self.broken)(&world) {
                *known = (world, broken);
                return true;
            }
        }
        false
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("`{variable}` is not a number: `{text}`")),
    )
}

/// The world with fewer objects, and then with an item or field of an object less.
fn smaller(world: &World) -> Vec<World> {
    let with = |at: usize, object: Option<Value>| {
        let mut objects = world.objects.clone();
        objects.splice(at..=at, object);
        World {
            objects,
            requests: world.requests.clone(),
        }
    };
    let fewer = fewer(&world.objects).into_iter().map(|objects| World {
        objects,
        requests: world.requests.clone(),
    });
    let thinner = world.objects.iter().enumerate().flat_map(|(at, object)| {
        let parts = object.as_object().into_iter().flatten();
        let parts = parts.filter(|(name, _)| !matches!(name.as_str(), "apiVersion" | "kind"));
        let inner = parts.flat_map(|(name, part)| {
            let replaced = move |part: Value| {
                let mut object = object.clone();
                object[name] = part;
                object
            };
            without_one(part).into_iter().map(replaced)
        });
        inner.map(move |object| (at, object)).collect::<Vec<_>>()
    });
    fewer
        .chain(thinner.map(|(at, object)| with(at, Some(object))))
        .collect()
}

/// Objects without one half of them, without one quarter, and so on down to each one.
fn fewer(objects: &[Value]) -> Vec<Vec<Value>> {
    let halves = std::iter::successors(Some(objects.len().div_ceil(2)), |size| {
        (*size > 1).then(|| size.div_ceil(2))
    });
    let without = |size: usize| {
        (0..objects.len()).step_by(size.max(1)).map(move |start| {
            let (before, rest) = objects.split_at(start);
            [before, rest.get(size..).unwrap_or_default()].concat()
        })
    };
    halves.flat_map(without).collect()
}

/// A value without one of its items or fields, at any depth.
fn without_one(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => {
            let here = (0..items.len()).map(|at| {
                let mut items = items.clone();
                items.remove(at);
                Value::Array(items)
            });
            let deeper = items.iter().enumerate().flat_map(|(at, item)| {
                without_one(item).into_iter().map(move |item| {
                    let mut items = items.clone();
                    items[at] = item;
                    Value::Array(items)
                })
            });
            here.chain(deeper).collect()
        }
        Value::Object(fields) => {
            let here = fields.keys().filter(|name| *name != "name").map(|name| {
                let mut fields = fields.clone();
                fields.remove(name);
                Value::Object(fields)
            });
            let deeper = fields.iter().flat_map(|(name, field)| {
                without_one(field).into_iter().map(move |field| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), field);
                    Value::Object(fields)
                })
            });
            here.chain(deeper).collect()
        }
        _ => Vec::new(),
    }
}
