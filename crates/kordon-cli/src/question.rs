//! Questions on the command line, from words to a request.

use anyhow::{Result, anyhow, bail};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use kordon::shorthand::{self, Place, ResourceTarget};
use kordon::{ApiSpec, ApiTargetSpec, ConnectionSpec, RequestSpec, SecuritySpec, SessionSpec};

use crate::output;
use crate::session::Session;

/// What [`Question`] takes, for the end of the help.
pub(crate) const FORMS: &str = "\
Connections:  SOURCE DESTINATION:PORT[/PROTOCOL]
  NAMESPACE/NAME            a pod or, failing that, the workload of this name
  NAME                      the same, in the namespace that -n gives
  pod:NAMESPACE/NAME        a pod
  service:NAMESPACE/NAME    a service: all its pods, on the port it leads to
  deployment:NAMESPACE/NAME a workload; by any kind or short name, as in sts:
  203.0.113.7, [2001:db8::1], ip:203.0.113.7
                            an address
  node:NAME                 a node
  sa:NAMESPACE/NAME         all pods that run as a service account
  The port is a number or the name that the destination declares; the
  protocol is TCP unless it is given as in :53/UDP.

Requests over HTTP:  SOURCE DESTINATION:PORT --http 'METHOD PATH'
  --http 'GET http://cart/items' names the host as well; -H adds headers, --tls
  says how the connection is secured where the manifests do not tell whether
  the source is in the mesh, --principal who the source is.

Access to the API:  --as USER [--as-group GROUP]... VERB RESOURCE [NAME]
  pods, po, pods/log, deployments.apps, widgets.example.com
                            RESOURCE[.GROUP][/SUBRESOURCE]
  /healthz                  a path
  Without -n the namespace is `default`, as for kubectl. --as gives the groups
  that impersonation gives, system:authenticated among them.

Exit status: 0 for an allow, 1 for a deny, 2 for an error.";

/// Subresources that clusters have; another word behind a slash may be meant as a name.
const SUBRESOURCES: [&str; 17] = [
    "*",
    "approval",
    "attach",
    "binding",
    "ephemeralcontainers",
    "eviction",
    "exec",
    "finalize",
    "log",
    "portforward",
    "proxy",
    "resize",
    "rollback",
    "scale",
    "status",
    "token",
    "metrics",
];

/// A question: a connection, or with `--as` access to the API.
#[derive(Debug, Args)]
pub(crate) struct Question {
    /// SOURCE DESTINATION:PORT, or with --as VERB RESOURCE [NAME].
    #[arg(required_unless_present = "request", num_args = 1..=3, value_name = "WORDS")]
    words: Vec<String>,
    /// The question as JSON, in place of words: a request as `kordon eval` takes it.
    #[arg(
        long,
        value_name = "JSON",
        conflicts_with_all = ["words", "name", "namespace", "all_namespaces", "subresource"]
    )]
    request: Option<String>,
    #[command(flatten)]
    pub(crate) user: User,
    #[command(flatten)]
    http: Http,
    /// The namespace of what is asked about.
    #[arg(short, long, value_name = "NAMESPACE", value_parser = NonEmptyStringValueParser::new())]
    namespace: Option<String>,
    /// Ask about all namespaces at once.
    #[arg(short = 'A', long, conflicts_with = "namespace")]
    all_namespaces: bool,
    /// The subresource, such as log.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    subresource: Option<String>,
}

/// A request over the connection, and what the connection shows of its source.
#[derive(Debug, Args)]
struct Http {
    /// A request over HTTP on the connection: 'METHOD PATH' or 'METHOD URL'.
    #[arg(long = "http", value_name = "REQUEST", conflicts_with = "name")]
    message: Option<String>,
    /// A header of the request: 'NAME: VALUE'. Repeatable.
    #[arg(short = 'H', long, value_name = "HEADER", requires = "message")]
    header: Vec<String>,
    /// How the connection is secured.
    #[arg(long, value_enum, value_name = "HOW", conflicts_with = "name")]
    tls: Option<Security>,
    /// The principal in the source's certificate, such as the SPIFFE ID `spiffe://cluster.local/ns/shop/sa/cart`.
    #[arg(long, value_name = "URI", conflicts_with = "name")]
    principal: Option<String>,
}

/// How a connection is secured.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Security {
    /// By mutual TLS, as workloads of the mesh do.
    Mtls,
    /// Not at all.
    Plaintext,
    /// By TLS that is not the mesh's own.
    #[value(name = "tls")]
    Other,
}

impl Http {
    /// The request over a connection, or the connection itself.
    fn over(&self, mut connection: ConnectionSpec) -> Result<RequestSpec> {
        let security = match (self.tls, &self.principal) {
            (None, None) => SecuritySpec::Inferred,
            (Some(Security::Mtls), None) => SecuritySpec::Mesh,
            (Some(Security::Plaintext), None) => SecuritySpec::Plaintext,
            (Some(Security::Other), None) => SecuritySpec::OtherTls,
            (None | Some(Security::Mtls), Some(uri)) => SecuritySpec::Mutual(vec![uri.clone()]),
            (Some(_), Some(_)) => bail!("only mutual TLS shows a principal: use `--tls mtls`"),
        };
        if security != SecuritySpec::Inferred {
            connection.session = Some(SessionSpec {
                security,
                ..SessionSpec::default()
            });
        }
        let Some(text) = &self.message else {
            return Ok(RequestSpec::Connection(connection));
        };
        let mut request = shorthand::http(connection, text)?;
        for header in &self.header {
            let Some((name, value)) = header.split_once(':') else {
                bail!("expected a header as `NAME: VALUE`, found `{header}`");
            };
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            if name == "host" {
                value.clone_into(&mut request.host);
            } else {
                request.headers.push((name, value.to_owned()));
            }
        }
        Ok(RequestSpec::Http(request))
    }
}

/// Who asks.
#[derive(Debug, Args)]
pub(crate) struct User {
    /// The user who asks, such as alice or system:serviceaccount:shop:cart.
    #[arg(long = "as", value_name = "USER", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: Option<String>,
    /// A group of the user. Repeatable.
    #[arg(long = "as-group", value_name = "GROUP", requires = "name", value_parser = NonEmptyStringValueParser::new())]
    groups: Vec<String>,
}

impl User {
    /// The groups of a user who is impersonated.
    pub(crate) fn groups(&self) -> Vec<String> {
        let name = self.name.as_deref().unwrap_or_default();
        shorthand::impersonated_groups(name, &self.groups)
    }
}

impl Question {
    /// The request.
    pub(crate) fn request(&self, session: &Session) -> Result<RequestSpec> {
        if let Some(text) = &self.request {
            return RequestSpec::from_json_text(text).map_err(|error| anyhow!("{error}"));
        }
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        match (&self.user.name, words.as_slice()) {
            (Some(user), [verb, about]) => self.api(user, verb, about, "", session),
            (Some(user), [verb, about, name]) => self.api(user, verb, about, name, session),
            (Some(_), _) => bail!("expected `VERB RESOURCE [NAME]` with `--as`"),
            (None, [line]) if line.contains("->") => {
                shorthand::request(line).map_err(|error| anyhow!("{}", error.message))
            }
            (None, [from, to]) => {
                let connection = shorthand::connection(from, to, self.namespace.as_deref());
                let hint = "to ask about the API, say who asks by `--as USER`";
                let connection = connection.map_err(|error| {
                    let is_verb = from.bytes().all(|byte| byte.is_ascii_alphabetic());
                    let message = error.message;
                    if is_verb {
                        anyhow!("{message}; {hint}")
                    } else {
                        anyhow!(message)
                    }
                });
                connection.and_then(|connection| self.http.over(connection))
            }
            _ => bail!(
                "expected `SOURCE DESTINATION:PORT`, or `VERB RESOURCE [NAME]` with `--as USER`"
            ),
        }
    }

    fn api(
        &self,
        user: &str,
        verb: &str,
        about: &str,
        name: &str,
        session: &Session,
    ) -> Result<RequestSpec> {
        let target = self.target(about, name, session)?;
        Ok(RequestSpec::Api(ApiSpec {
            user: user.to_owned(),
            groups: self.user.groups(),
            verb: verb.to_owned(),
            target,
        }))
    }

    fn target(&self, about: &str, name: &str, session: &Session) -> Result<ApiTargetSpec> {
        let place = Where {
            namespace: self.namespace.as_deref(),
            all_namespaces: self.all_namespaces,
            subresource: self.subresource.as_deref(),
        };
        place.target(about, name, session)
    }
}

/// Where in the API a question is asked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Where<'a> {
    pub(crate) namespace: Option<&'a str>,
    pub(crate) all_namespaces: bool,
    pub(crate) subresource: Option<&'a str>,
}

impl Where<'_> {
    /// What a request is about: a resource or path in words, and a name.
    pub(crate) fn target(
        self,
        about: &str,
        name: &str,
        session: &Session,
    ) -> Result<ApiTargetSpec> {
        let (group, resource, inside, place) = match shorthand::target(about)? {
            ResourceTarget::Path(path) if name.is_empty() && self.subresource.is_none() => {
                return Ok(ApiTargetSpec::Path(path));
            }
            ResourceTarget::Path(path) => {
                bail!("a path has neither name nor subresource: ask about `{path}` alone")
            }
            ResourceTarget::Resource {
                group,
                resource,
                subresource,
                place,
            } => (group, resource, subresource, place),
        };
        if !inside.is_empty() && self.subresource.is_some() {
            bail!("`{about}` names a subresource, and so does `--subresource`: give it once");
        }
        self.advise(about, &resource, &inside, place, session);
        Ok(ApiTargetSpec::Resource {
            group,
            resource,
            subresource: self.subresource.map_or(inside, str::to_owned),
            namespace: self.namespace(place).to_owned(),
            name: name.to_owned(),
        })
    }

    fn namespace(&self, place: Place) -> &str {
        match self.namespace {
            Some(namespace) => namespace,
            None if self.all_namespaces || place == Place::Cluster => "",
            None => "default",
        }
    }

    /// Warns of words that may mean something else than the user thinks.
    fn advise(&self, about: &str, resource: &str, inside: &str, place: Place, session: &Session) {
        if session.is_quiet() {
            return;
        }
        let warn = |text: String| output::warning(&text, session.color());
        if place == Place::Unknown && resource != "*" && !about.contains('.') {
            warn(format!(
                "`{resource}` is no resource of every cluster and is taken for one of the core \
                 group: write `{resource}.GROUP` for another"
            ));
        }
        if place == Place::Cluster && self.namespace.is_some() {
            warn(format!("`{resource}` is not in a namespace"));
        }
        if !inside.is_empty() && !SUBRESOURCES.contains(&inside) {
            warn(format!(
                "`{inside}` is taken for a subresource: write `{resource} {inside}` for an object \
                 of this name"
            ));
        }
    }
}
