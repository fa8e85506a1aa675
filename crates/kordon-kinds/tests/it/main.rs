//! Tests of the kinds through the public API.

#[cfg(test)]
mod broken;
mod calico;
#[cfg(test)]
mod check;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod entry;
#[cfg(test)]
mod istio;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod network_policy;
#[cfg(test)]
mod rbac;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tiers;
