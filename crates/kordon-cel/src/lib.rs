//! The Common Expression Language: checked against declarations, compiled, evaluated on borrowed
//! requests.
//!
//! An expression is read ([`Env::compile`]), its names and types are checked against what an
//! [`Env`] declares, and what is left is a [`Program`]. A request is an [`Object`], whose fields
//! are the declared variables; nothing of it is copied.
//!
//! The crate knows no policy. It does no input or output and reads no clock, so that an expression
//! has the same value everywhere.
//!
//! ```
//! use kordon_cel::{Env, Object, Type, Value};
//!
//! #[derive(Debug)]
//! struct Request<'r> {
//!     path: &'r str,
//! }
//!
//! impl Object for Request<'_> {
//!     fn field(&self, index: usize) -> Option<Value<'_>> {
//!         (index == 0).then(|| Value::str(self.path))
//!     }
//!     fn index_of(&self, name: &str) -> Option<usize> {
//!         (name == "path").then_some(0)
//!     }
//!     fn type_name(&self) -> &str {
//!         "request"
//!     }
//! }
//!
//! let env = Env::new().variable("path", Type::String);
//! let program = env.compile("path.startsWith('/api/')").unwrap();
//! assert!(program.test(&Request { path: "/api/items" }).unwrap());
//!
//! let problems = env.compile("pth.startsWith(1)").unwrap_err();
//! assert_eq!(problems[0].message, "undeclared name `pth`");
//! assert_eq!(problems[0].help, ["did you mean `path`?"]);
//! ```

mod ast;
mod check;
mod cost;
mod env;
mod error;
mod eval;
mod functions;
mod ir;
mod lex;
mod limits;
mod lower;
mod parse;
mod problem;
mod program;
mod types;
mod value;

pub use cost::Cost;
pub use env::{DeclarationError, Env, Sizes};
pub use error::{EvalError, Reason};
pub use functions::HostFunction;
pub use functions::quantity::Quantity;
pub use functions::url::Url;
pub use limits::Limits;
pub use problem::{CODES, Problem};
pub use program::Program;
pub use types::Type;
pub use value::{
    DuplicateKey, Duration, Key, List, Map, Mapping, Object, Opaque, Ref, Sequence, Timestamp,
    Value,
};
