//! Schemas that only say which fields there are, for parts that are read piece by piece.

/// Declares a schema whose fields all count as known and are not read.
macro_rules! known_fields {
    ($(#[$doc:meta])* $visibility:vis struct $name:ident { $($field:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Default, serde::Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        $visibility struct $name {
            $($field: serde::de::IgnoredAny,)*
        }
    };
}

pub(crate) use known_fields;

known_fields! {
    /// What most objects consist of.
    pub(crate) struct Frame { api_version, kind, metadata, spec, status }
}
