//! API permissions over symbols.

use std::ops::ControlFlow;

use super::CompiledRule;
use super::index::{Dimension, Index, IndexBuilder, Keys, Query};
use crate::rule::ApiPermission;
use crate::symbol::{Pair, Symbol, Symbols};

const ANY: &str = "*";

/// What an API request asks for, in symbols.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ApiQuery<'a> {
    /// A resource request.
    Resource {
        verb: Symbol,
        group: Symbol,
        /// `resource/subresource`, split at the first slash; [`Symbol::NONE`] without one.
        resource: (Symbol, Symbol),
        /// The subresource as asked; `None` when there is none.
        subresource: Option<Symbol>,
        name: Name<'a>,
    },
    /// A request for a path outside the resources.
    Path {
        verb: Symbol,
        path: &'a str,
        symbol: Symbol,
    },
}

/// The name that a request asks for. Few rules list names, so its symbol is looked up only for
/// them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a> {
    pub(crate) text: &'a str,
    pub(crate) symbols: &'a Symbols,
}

impl Name<'_> {
    fn symbol(self) -> Symbol {
        self.symbols.find(self.text)
    }
}

/// A list of names in which `*` is any.
#[derive(Clone, Debug, PartialEq)]
struct Names {
    any: bool,
    list: Box<[Symbol]>,
}

impl Names {
    fn new(symbols: &mut Symbols, names: &[String]) -> Self {
        Self {
            any: names.iter().any(|name| name == ANY),
            list: intern_all(symbols, names),
        }
    }

    #[inline]
    fn contains(&self, name: Symbol) -> bool {
        self.any || self.list.contains(&name)
    }

    fn keys(&self) -> Option<Vec<u64>> {
        (!self.any).then(|| {
            self.list
                .iter()
                .map(|name| u64::from(name.number()))
                .collect()
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum ResourceTest {
    Any,
    /// `resource` or `resource/subresource`, split at the first slash, or [`Symbol::NONE`].
    Exact(Symbol, Symbol),
    /// `*/subresource`.
    Subresource(Symbol),
}

#[derive(Clone, Debug, PartialEq)]
struct PathTest {
    /// The path as written.
    text: Symbol,
    /// What a path begins with, where the text ends in stars.
    prefix: Option<Box<str>>,
}

/// A compiled [`ApiPermission`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiTest {
    verbs: Names,
    groups: Names,
    resources: Box<[ResourceTest]>,
    /// The resources as written.
    resource_texts: Box<[Symbol]>,
    names: Box<[Symbol]>,
    paths: Box<[PathTest]>,
}

/// Which part of an [`ApiTest`] a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApiPart {
    Verbs,
    Texts,
    Resources,
    Names,
    Paths,
}

impl ApiTest {
    /// Compiles a permission.
    pub(crate) fn new(symbols: &mut Symbols, permission: &ApiPermission) -> Self {
        let mut resources = Vec::with_capacity(permission.resources.len());
        for resource in &permission.resources {
            push_resource(symbols, resource, &mut resources);
        }
        Self {
            verbs: Names::new(symbols, &permission.verbs),
            groups: Names::new(symbols, &permission.groups),
            resources: resources.into(),
            resource_texts: intern_all(symbols, &permission.resources),
            names: intern_all(symbols, &permission.names),
            paths: permission
                .paths
                .iter()
                .map(|path| path_test(symbols, path))
                .collect(),
        }
    }

    /// Whether the permission covers the request.
    #[inline]
    pub(crate) fn permits(&self, query: &ApiQuery<'_>) -> bool {
        match query {
            ApiQuery::Resource {
                verb,
                group,
                resource,
                subresource,
                name,
            } => {
                self.verbs.contains(*verb)
                    && self.groups.contains(*group)
                    && self.has_resource(*resource, *subresource)
                    && self.has_name(*name)
            }
            ApiQuery::Path { verb, path, symbol } => {
                self.verbs.contains(*verb) && self.has_path(path, *symbol)
            }
        }
    }

    /// The parts that keep the permission from covering the request.
    pub(crate) fn failures(&self, query: &ApiQuery<'_>) -> Vec<ApiPart> {
        let parts = match query {
            ApiQuery::Resource {
                verb,
                group,
                resource,
                subresource,
                name,
            } => vec![
                (self.verbs.contains(*verb), ApiPart::Verbs),
                (self.groups.contains(*group), ApiPart::Texts),
                (
                    self.has_resource(*resource, *subresource),
                    ApiPart::Resources,
                ),
                (self.has_name(*name), ApiPart::Names),
            ],
            ApiQuery::Path { verb, path, symbol } => vec![
                (self.verbs.contains(*verb), ApiPart::Verbs),
                (self.has_path(path, *symbol), ApiPart::Paths),
            ],
        };
        parts
            .into_iter()
            .filter(|(holds, _)| !holds)
            .map(|(_, part)| part)
            .collect()
    }

    #[inline]
    fn has_resource(&self, resource: (Symbol, Symbol), subresource: Option<Symbol>) -> bool {
        self.resources.iter().any(|test| match test {
            ResourceTest::Any => true,
            ResourceTest::Exact(first, rest) => (*first, *rest) == resource,
            ResourceTest::Subresource(wanted) => subresource == Some(*wanted),
        })
    }

    /// RBAC: an empty list of names allows every name.
    #[inline]
    fn has_name(&self, name: Name<'_>) -> bool {
        self.names.is_empty() || self.names.contains(&name.symbol())
    }

    fn has_path(&self, path: &str, symbol: Symbol) -> bool {
        self.paths.iter().any(|test| match &test.prefix {
            None => test.text == symbol,
            Some(prefix) => path.starts_with(&**prefix),
        })
    }

    /// The permission as written.
    pub(crate) fn permission(&self, symbols: &Symbols) -> ApiPermission {
        let texts = |list: &[Symbol]| list.iter().map(|s| symbols.text(*s).to_owned()).collect();
        ApiPermission {
            verbs: texts(&self.verbs.list),
            groups: texts(&self.groups.list),
            resources: texts(&self.resource_texts),
            names: texts(&self.names),
            paths: self
                .paths
                .iter()
                .map(|path| symbols.text(path.text).to_owned())
                .collect(),
        }
    }

    /// The keys under which an index finds this permission for resource requests.
    pub(crate) fn resource_keys(&self) -> Keys {
        let mut keys = Keys::default();
        keys.set(Dimension::Resource, self.resource_key_list());
        keys.set(Dimension::Verb, self.verbs.keys());
        keys.set(Dimension::ApiGroup, self.groups.keys());
        if !self.names.is_empty() {
            let names = self
                .names
                .iter()
                .map(|name| u64::from(name.number()))
                .collect();
            keys.set(Dimension::Name, Some(names));
        }
        keys
    }

    fn resource_key_list(&self) -> Option<Vec<u64>> {
        self.resources
            .iter()
            .map(|test| match test {
                ResourceTest::Any => None,
                ResourceTest::Exact(first, rest) => Some(exact_key(*first, *rest)),
                ResourceTest::Subresource(wanted) => Some(subresource_key(*wanted)),
            })
            .collect()
    }

    /// Whether the permission speaks of resources at all.
    pub(crate) fn has_resources(&self) -> bool {
        !self.resources.is_empty()
    }

    /// Whether the permission speaks of paths at all.
    pub(crate) fn has_paths(&self) -> bool {
        !self.paths.is_empty()
    }

    /// The keys under which an index finds this permission for path requests.
    pub(crate) fn path_keys(&self) -> Keys {
        let exact = |test: &PathTest| match test.prefix {
            None => Some(u64::from(test.text.number())),
            Some(_) => None,
        };
        let mut keys = Keys::default();
        keys.set(Dimension::Path, self.paths.iter().map(exact).collect());
        keys.set(Dimension::Verb, self.verbs.keys());
        keys
    }
}

impl Query for ApiQuery<'_> {
    #[inline]
    fn each_key(&self, dimension: Dimension, each: &mut dyn FnMut(u64)) {
        if let (
            Self::Resource {
                resource,
                subresource,
                ..
            },
            Dimension::Resource,
        ) = (self, dimension)
        {
            each(exact_key(resource.0, resource.1));
            subresource.map(subresource_key).into_iter().for_each(each);
            return;
        }
        let symbol = match (self, dimension) {
            (Self::Resource { verb, .. } | Self::Path { verb, .. }, Dimension::Verb) => *verb,
            (Self::Resource { group, .. }, Dimension::ApiGroup) => *group,
            (Self::Resource { name, .. }, Dimension::Name) => name.symbol(),
            (Self::Path { symbol, .. }, Dimension::Path) => *symbol,
            _ => return,
        };
        each(u64::from(symbol.number()));
    }
}

/// An index over many rules about the API.
#[derive(Clone, Debug)]
pub(crate) struct ApiIndex {
    resources: Part,
    paths: Part,
}

/// The index of the rules that speak of one sort of request, and their numbers among all.
#[derive(Clone, Debug)]
struct Part {
    index: Index,
    rules: Box<[u32]>,
}

impl Part {
    fn new(rules: Vec<(u32, Keys)>) -> Self {
        let mut builder = IndexBuilder::default();
        let mut numbers = Vec::with_capacity(rules.len());
        for (number, keys) in rules {
            numbers.push(number);
            builder.push(keys);
        }
        Self {
            index: builder.build(),
            rules: numbers.into(),
        }
    }
}

impl ApiIndex {
    /// Rules fewer than this are walked.
    const MANY: usize = 8;

    /// An index over the rules, if they are many.
    pub(crate) fn for_many(rules: &[CompiledRule]) -> Option<Self> {
        (rules.len() > Self::MANY).then(|| Self::new(rules.iter()))
    }

    /// An index over the rules.
    pub(crate) fn new<'a>(rules: impl Iterator<Item = &'a CompiledRule>) -> Self {
        let (mut resources, mut paths) = (Vec::new(), Vec::new());
        for (number, test) in (0_u32..).zip(rules.map(CompiledRule::api)) {
            let Some(test) = test else { continue };
            if test.has_resources() {
                resources.push((number, test.resource_keys()));
            }
            if test.has_paths() {
                paths.push((number, test.path_keys()));
            }
        }
        Self {
            resources: Part::new(resources),
            paths: Part::new(paths),
        }
    }

    /// The first rule that permits the request by `permits`, which judges those that may.
    #[inline]
    pub(crate) fn first(&self, query: &ApiQuery<'_>, permits: impl Fn(u32) -> bool) -> Option<u32> {
        let part = match query {
            ApiQuery::Resource { .. } => &self.resources,
            ApiQuery::Path { .. } => &self.paths,
        };
        let mut first: Option<u32> = None;
        part.index.visit(query, &mut |item| {
            let rule = part.rules.get(item as usize).copied();
            let earlier = rule.filter(|rule| first.is_none_or(|first| *rule < first));
            match earlier {
                None => return ControlFlow::Break(()),
                Some(rule) if permits(rule) => first = Some(rule),
                Some(_) => {}
            }
            ControlFlow::Continue(())
        });
        first
    }
}

fn exact_key(first: Symbol, rest: Symbol) -> u64 {
    Pair::new(first, rest).number()
}

/// No resource is [`Symbol::ABSENT`] in a rule, so the key cannot be that of an exact resource.
fn subresource_key(wanted: Symbol) -> u64 {
    Pair::new(Symbol::ABSENT, wanted).number()
}

/// `ResourceMatches` in `pkg/apis/rbac/v1/evaluation_helpers.go`: `*`, equality with
/// `resource/subresource`, or `*/` followed by exactly the subresource.
fn push_resource(symbols: &mut Symbols, resource: &str, tests: &mut Vec<ResourceTest>) {
    if resource == ANY {
        tests.push(ResourceTest::Any);
        return;
    }
    let (first, rest) = resource
        .split_once('/')
        .map_or((resource, None), |(a, b)| (a, Some(b)));
    let (first_symbol, rest_symbol) = (
        symbols.intern(first),
        rest.map_or(Symbol::NONE, |rest| symbols.intern(rest)),
    );
    tests.push(ResourceTest::Exact(first_symbol, rest_symbol));
    // The request's subresource is not empty here: upstream skips the wildcard when it is.
    if first == ANY && rest.is_some_and(|rest| !rest.is_empty()) {
        tests.push(ResourceTest::Subresource(rest_symbol));
    }
}

/// `NonResourceURLMatches`: `*`, equality, or, with a star at the end, the prefix before all
/// trailing stars. The prefix includes the text itself, so one test serves both.
fn path_test(symbols: &mut Symbols, path: &str) -> PathTest {
    let prefix = path
        .ends_with('*')
        .then(|| path.trim_end_matches('*').into());
    PathTest {
        text: symbols.intern(path),
        prefix,
    }
}

fn intern_all(symbols: &mut Symbols, texts: &[String]) -> Box<[Symbol]> {
    texts.iter().map(|text| symbols.intern(text)).collect()
}
