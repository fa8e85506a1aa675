//! What policies are about: objects, workloads, principals, selectors, addresses and ports, as
//! plain data that the kinds build and the compiler reads.

mod address;
mod claims;
mod endpoint;
mod entry;
mod inventory;
mod object;
mod port;
mod principal;
mod selector;
mod spiffe;
mod text;
mod token;

pub use address::{AddressBlock, BlockError};
pub use claims::{Claim, Claims};
pub use endpoint::{
    AddressGroup, Attribute, EndpointMatch, Members, ServiceAccount, ServiceEndpoints, ValueMatch,
};
pub use entry::{
    Attached, Entries, Entry, EntryPoint, EntryPort, Listener, Opening, Parent, Permit,
    ServiceMatch, Standing,
};
pub use inventory::{
    Membership, Namespace, Node, Owner, PodNetwork, Service, ServicePort, TargetPort, Workload,
};
pub use object::{Change, Item, Object, ObjectRef};
pub use port::{NamedPort, PortMatch, Protocol};
pub use principal::{PrincipalMatch, SERVICE_ACCOUNT_PREFIX};
pub use selector::{NamespaceMatch, Selector};
pub use spiffe::{
    AccountName, MAX_SPIFFE_ID_BYTES, MAX_TRUST_DOMAIN_BYTES, SpiffeError, SpiffeId, SpiffeProblem,
    TrustDomain,
};
pub use text::{Case, Glob, GlobPart, TextMatch};
pub use token::{KeySource, TokenPlace, TokenRule};
