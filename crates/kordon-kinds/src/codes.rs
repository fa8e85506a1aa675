//! Every diagnostic code of the kinds, with what the manual says about it.

use kordon_syntax::{Code, CodeDoc};

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal, $why:literal, $mend:literal;)*) => {
        $(pub(crate) const $name: Code = Code($code);)*
        /// Every code that this crate reports, in order.
        pub static CODES: &[CodeDoc] = &[
            $(CodeDoc { code: $name, title: $title, why: $why, mend: $mend },)*
        ];
    };
}

codes! {
    NOT_AN_OBJECT = "KD0200", "not an API object",
        "without `apiVersion` and `kind` nobody can tell what the document means, and the API server refuses it",
        "add `apiVersion`, `kind` and `metadata`, or leave the file out";
    VERSION = "KD0201", "unknown version of an API group",
        "the API server refuses versions that it does not serve, and the same fields may mean something else in another version",
        "write one of the versions that the help names";
    MISSPELT_KIND = "KD0202", "misspelt kind or API group",
        "an object of an unknown kind takes no effect, so a misspelt policy protects nothing",
        "write kind and group as the help shows";
    NOT_EVALUATED = "KD0203", "a policy of a kind that is not evaluated",
        "the object changes what the cluster allows, but decisions do not take it into account",
        "read decisions about what it covers as incomplete";
    NAME = "KD0204", "missing or invalid name",
        "every object needs a name by which it is stored, and the API server refuses other names",
        "write a name that follows the rule in the help";
    GENERATED_NAME = "KD0205", "the name is generated",
        "the API server appends random letters, so the name shown in answers is not the one in the cluster",
        "nothing needs mending; give a name where answers should name the object";
    CLUSTER_SCOPED = "KD0206", "namespace on a cluster-scoped object",
        "the kind has no namespace, so the field is ignored and the object holds in the whole cluster",
        "remove `metadata.namespace`, or use the namespaced kind";
    WRONG_TYPE = "KD0210", "value of the wrong type",
        "the API server refuses the object, and what was meant cannot be known",
        "write the type that the message names; quote texts that look like numbers or booleans";
    UNKNOWN_FIELD = "KD0211", "unknown field",
        "an unknown field takes no effect; in a policy that may be the restriction that was meant",
        "correct the spelling or the indentation";
    LABEL = "KD0212", "invalid key or value of a label",
        "no object can carry such a label, so a selector with it selects nothing",
        "write keys and values that follow the rule in the help";
    SELECTOR = "KD0213", "invalid label selector",
        "the API server refuses the selector, and what it should select cannot be known",
        "use a known operator, with values for `In` and `NotIn` alone";
    REQUIRED = "KD0214", "missing field",
        "the API server refuses the object without it",
        "add the field";
    VALUE = "KD0215", "value that is not one of those allowed",
        "the API server refuses the object, and what was meant cannot be known",
        "write one of the values that the help names";
    BLOCK = "KD0216", "invalid block of addresses",
        "what the block covers cannot be known",
        "write an address, `/` and the length of the prefix";
    HOST_BITS = "KD0217", "block of addresses with bits beyond its prefix",
        "the prefix covers more addresses than the text suggests",
        "write the first address of the block, or a longer prefix";
    PORT = "KD0218", "invalid port",
        "no connection can go to such a port",
        "write a number from 1 to 65535, or the name of a container port";
    PEER = "KD0219", "invalid peer",
        "a peer says who the other end may be; this one says nothing, or two things at once",
        "write exactly what the help shows";
    NULL_ITEM = "KD0220", "empty item in a list",
        "an item without a value counts as one without any restriction",
        "write `{}` if that is meant, or remove the `-`";
    NULL_SELECTOR = "KD0221", "selector without a value",
        "a missing selector counts as one that selects everything",
        "write `{}` if that is meant";
    LIMIT = "KD0222", "too many items",
        "the API server refuses the object",
        "split it";
    OLD_SHAPE = "KD0223", "field of an earlier version",
        "the field was removed or has changed its shape, so it takes no effect any more",
        "write it as the help shows";
    ADDRESS = "KD0224", "invalid address",
        "what the address stands for cannot be known",
        "write an IP address";
    ENDED_POD = "KD0225", "pod that has ended",
        "it holds no address and takes no part in connections",
        "nothing needs mending";
    EXPRESSION = "KD0226", "invalid selector expression",
        "what the selector selects cannot be known",
        "write the expression as the help shows";
    RULE_FIELDS = "KD0227", "fields that cannot stand together",
        "the cluster refuses the object, and what was meant cannot be known",
        "remove the field that the message names, or split the rule";
    WAYPOINT = "KD0228", "policy that a waypoint enforces",
        "decisions do not follow waypoints, so what the policy may govern is answered as unknown",
        "nothing needs mending; a policy with `selector` is enforced by the workloads' own proxies";
    IDENTITY_PATTERN = "KD0229", "regular expression in the pattern of an identity",
        "Istio puts the value into a regular expression as it is, so what it matches may surprise",
        "write the whole identity, or a star at one end";
    IGNORED_SELECTOR = "KD0231", "selector that takes no effect",
        "Istio ignores the policy as it stands, so it protects nothing",
        "remove the selector, or put the policy into the namespace of the workloads";
    REQUEST_PRINCIPAL = "KD0232", "principal of a token that is split elsewhere",
        "issuer and subject are what stands before and after the last `/`, so the value matches other tokens than it seems to",
        "write `ISSUER/SUBJECT`, or `ISSUER/*`";
    PATH = "KD0233", "path that no request has",
        "paths are compared after Envoy has normalized them and without their query, so the value never matches",
        "write the path as it is after normalization";
    NEGATION = "KD0234", "negation that a missing value satisfies",
        "a request without the value satisfies a condition that only says which values it must not have",
        "add a condition that the value is there, such as `principals: [\"*\"]`";
    DENIES_BYTES = "KD0235", "denial of everything that is not HTTP",
        "conditions that only HTTP has are ignored for other connections, so the rule denies all of them",
        "add the HTTP ports to the rule";
    RULE = "KD0301", "rule that cannot be granted",
        "the API server refuses the role",
        "write verbs, and either API groups and resources or non-resource URLs";
    SUBJECT = "KD0302", "invalid subject",
        "a subject of this form matches nobody",
        "write a subject as the help shows";
    ROLE_REF = "KD0303", "invalid role reference",
        "the binding grants nothing",
        "refer to a `Role` or `ClusterRole` of `rbac.authorization.k8s.io` by its name";
    DUPLICATE = "KD0401", "object defined twice",
        "in the cluster the one applied last wins; which one that is cannot be known from the files",
        "remove one of them, or give it another name";
    DANGLING_ROLE = "KD0402", "reference to a missing role",
        "the binding grants nothing until somebody creates the role, and then grants whatever it says",
        "add the role to the input, or remove the binding";
    DANGLING_ACCOUNT = "KD0403", "reference to a missing service account",
        "whoever may create the service account gets what the binding grants",
        "add the service account to the input, or correct its name";
    SELECTS_NOTHING = "KD0404", "selector that selects nothing",
        "the object takes no effect on what the input holds; often a label is misspelt",
        "compare the selector with the labels of the workloads";
    UNDECLARED_PORT = "KD0405", "port name that no selected workload declares",
        "the name matches no connection",
        "name the port in the containers, or write its number";
    EQUAL_PRIORITY = "KD0406", "two policies of equal priority",
        "which of them comes first is not defined; answers here order them by name",
        "give them different priorities";
    IDENTITY_WITHOUT_MTLS = "KD0407", "identities compared where plaintext is accepted",
        "a connection without TLS has no identity, so a denial of identities does not meet it",
        "require mutual TLS for the workload, or say that there must be an identity";
    TOKEN_NOT_REQUIRED = "KD0408", "tokens verified and not required",
        "a RequestAuthentication refuses bad tokens, and lets requests without a token pass",
        "require one: `from: [{source: {requestPrincipals: [\"*\"]}}]` in an AuthorizationPolicy";
    TWO_PROVIDERS = "KD0409", "two providers for one workload",
        "while rules of two providers guard a workload, Istio refuses what they match",
        "name one provider for each workload";
    HTTP_ON_BYTES = "KD0410", "conditions of HTTP on a port that is not HTTP",
        "a rule with a condition that only HTTP has allows no other connection, so the port is closed",
        "add a rule for the port, or give the port a name that says HTTP";
    NOT_FOLLOWED = "KD0501", "reference that is not followed",
        "what it leads to is not read, so connections that come in by it are missing from the map",
        "nothing needs mending; look at it by other means";
    DANGLING_SERVICE = "KD0502", "way in to a missing service",
        "nothing answers there until somebody creates the service, and then whatever it selects does",
        "add the service to the input, or correct its name";
    DANGLING_PORT = "KD0503", "way in to a missing port of a service",
        "nothing answers there",
        "write the name or number of a port that the service has, not that of the pods";
    NOT_PERMITTED = "KD0504", "way in to another namespace without leave",
        "the controller refuses the reference, so nothing is served",
        "add a ReferenceGrant to the namespace of the service, or lead to a service of the own namespace";
    DANGLING_PARENT = "KD0505", "route on a missing Gateway",
        "whether the Gateway exists and accepts the route is not known, and so are the connections that it would let in",
        "add the Gateway to the input";
    NOT_ATTACHED = "KD0506", "route that nothing accepts",
        "no listener opens it, so nothing is served",
        "compare its `parentRefs`, kind, namespace and host names with the listeners of the Gateway";
}
