//! Text to documents: YAML and JSON become a tree in which every value knows its place.
//!
//! The crate owns the syntax ([`parse()`]), the tree ([`Node`]), paths into it ([`FieldPath`]),
//! typed values out of it ([`decode`]) and problems with their renderings ([`Diagnostic`],
//! [`render`]). It knows no policy and no Kubernetes kind, and it does no input or output.
//!
//! ```
//! use kordon_syntax::{FieldPath, Limits, Sources, parse};
//!
//! let mut sources = Sources::default();
//! let id = sources.add("policy.yaml", "spec:\n  ports: [80, 0x1F90]\n");
//! let parsed = parse(id, &sources.source(id).unwrap().text, &Limits::default());
//! let path: FieldPath = "spec.ports[1]".parse().unwrap();
//! let port = parsed.documents[0].root.at(&path).unwrap();
//! assert_eq!(port.to_json(), serde_json::json!(8080));
//! assert_eq!((port.span.start, port.span.end), (20, 26));
//! ```

pub mod codes;
mod de;
mod diagnostic;
mod limits;
mod node;
mod parse;
mod path;
pub mod render;
mod source;
mod text;

pub use codes::{Code, CodeDoc};
pub use de::{DecodeError, Decoded, IntOrString, UnknownField, decode};
pub use diagnostic::{Diagnostic, Edit, Fix, Label, Severity};
pub use limits::Limits;
pub use node::{Document, Entry, Node, Value};
pub use parse::{Parsed, parse};
pub use path::{FieldPath, ParsePathError, Segment};
pub use source::{Position, Source, SourceId, Sources, Span};
pub use text::{quoted, similar};
