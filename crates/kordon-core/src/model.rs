//! What policies are about: objects, workloads, principals, selectors, addresses and ports, as
//! plain data that the kinds build and the compiler reads.

mod address;
mod endpoint;
mod inventory;
mod object;
mod port;
mod principal;
mod selector;

pub use address::{AddressBlock, BlockError};
pub use endpoint::{
    AddressGroup, Attribute, EndpointMatch, Members, ServiceAccount, ServiceEndpoints, ValueMatch,
};
pub use inventory::{
    Namespace, Node, Owner, PodNetwork, Service, ServicePort, TargetPort, Workload,
};
pub use object::{Change, Item, Object, ObjectRef};
pub use port::{NamedPort, PortMatch, Protocol};
pub use principal::{PrincipalMatch, SERVICE_ACCOUNT_PREFIX};
pub use selector::{NamespaceMatch, Selector};
