//! Ports in the three shapes that policies write them in.

use serde_json::Value;

use super::flow::Flow;
use crate::reference::truth::Truth;
use crate::reference::value::{at, text};

impl Flow<'_> {
    /// One entry of `ports` of a NetworkPolicy.
    pub(super) fn meets_network_policy_port(&self, entry: &Value) -> Truth {
        // "protocol represents the protocol (TCP, UDP, or SCTP) which traffic must match. If not
        // specified, this field defaults to TCP."
        let protocol = protocol_of(entry);
        if protocol != self.protocol {
            return Truth::No;
        }
        match (at(entry, "/port"), at(entry, "/endPort")) {
            // "If this field is not provided, this matches all port names and numbers."
            (None, None) => Truth::Yes,
            (Some(Value::String(name)), None) => self.is_named(name),
            (Some(port), None) => self.is_within(port, port),
            // "endPort indicates that the range of ports from port to endPort if set, inclusive,
            // should be allowed by the policy. This field cannot be defined if the port field is
            // not defined or if the port field is defined as a named (string) port."
            (Some(port), Some(end)) => self.is_within(port, end),
            (None, Some(_)) => Truth::Unknown,
        }
    }

    /// One entry of `ports` of an AdminNetworkPolicy or BaselineAdminNetworkPolicy.
    pub(super) fn meets_admin_port(&self, entry: &Value) -> Truth {
        match only_field(entry) {
            Some(("portNumber", port)) => self.meets_admin_range(port, "/port", "/port"),
            Some(("portRange", range)) => self.meets_admin_range(range, "/start", "/end"),
            // "NamedPort selects a port on a pod(s) based on name."
            Some(("namedPort", Value::String(name))) => self.is_named(name),
            _ => Truth::Unknown,
        }
    }

    /// One entry of `protocols` of a ClusterNetworkPolicy.
    pub(super) fn meets_protocol(&self, entry: &Value) -> Truth {
        let (protocol, fields) = match only_field(entry) {
            Some(("tcp", fields)) => ("TCP", fields),
            Some(("udp", fields)) => ("UDP", fields),
            Some(("sctp", fields)) => ("SCTP", fields),
            Some(("destinationNamedPort", Value::String(name))) => return self.is_named(name),
            _ => return Truth::Unknown,
        };
        if protocol != self.protocol {
            return Truth::No;
        }
        // "DestinationPort for the match."
        let port = fields.get("destinationPort");
        match port.and_then(only_field) {
            Some(("number", number)) => self.is_within(number, number),
            Some(("range", range)) => self.is_within_fields(range, "/start", "/end"),
            _ => Truth::Unknown,
        }
    }

    /// One entry of `ports` of a rule of Calico, whose protocol the rule says apart: a number, a
    /// range `first:last` or a name.
    pub(super) fn meets_calico_port(&self, entry: &Value) -> Truth {
        match entry {
            Value::String(text) => match text.split_once(':') {
                Some((first, last)) => match (first.parse::<u16>(), last.parse::<u16>()) {
                    (Ok(first), Ok(last)) => (first..=last).contains(&self.port).into(),
                    _ => Truth::Unknown,
                },
                None => self.is_named(text),
            },
            number => self.is_within(number, number),
        }
    }

    fn meets_admin_range(&self, entry: &Value, first: &str, last: &str) -> Truth {
        if protocol_of(entry) != self.protocol {
            return Truth::No;
        }
        self.is_within_fields(entry, first, last)
    }

    fn is_within_fields(&self, entry: &Value, first: &str, last: &str) -> Truth {
        match (at(entry, first), at(entry, last)) {
            (Some(first), Some(last)) => self.is_within(first, last),
            _ => Truth::Unknown,
        }
    }

    fn is_within(&self, first: &Value, last: &Value) -> Truth {
        match (first.as_u64(), last.as_u64()) {
            (Some(first), Some(last)) => (first..=last).contains(&u64::from(self.port)).into(),
            _ => Truth::Unknown,
        }
    }

    /// Whether the destination declares its port under a name, with the connection's protocol. A
    /// destination that is no pod declares nothing.
    fn is_named(&self, name: &str) -> Truth {
        let declares = self.destination.ports.iter().any(|declared| {
            declared.name == name
                && declared.number == self.port
                && declared.protocol == self.protocol
        });
        declares.into()
    }
}

fn protocol_of(entry: &Value) -> &str {
    match text(entry, "/protocol") {
        "" => "TCP",
        protocol => protocol,
    }
}

/// The field of an object that must have exactly one.
pub(super) fn only_field(object: &Value) -> Option<(&str, &Value)> {
    let mut fields = object
        .as_object()?
        .iter()
        .filter(|(_, value)| !value.is_null());
    let (name, value) = fields.next()?;
    fields.next().is_none().then_some((name.as_str(), value))
}
