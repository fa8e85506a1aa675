//! Estimates of costs from the program alone.
//!
//! Follows how evaluation charges: all nodes at first, then each turn of a loop, then what
//! functions read and write, taken at the sizes that the environment assumes. Values that an
//! expression builds are taken to be of these sizes as well, and to hold small values, so this is
//! no bound; the budget of the evaluation is.

use super::Cost;
use crate::ast::Fold;
use crate::env::{Env, Sizes};
use crate::functions::regex::{COMPILE_BASE, COMPILE_BYTE};
use crate::ir::{FoldLoop, Node, Op};
use crate::value::Value;

/// The least and the most that an evaluation costs.
pub(crate) fn estimate(root: &Node, env: &Env) -> Cost {
    let estimator = Estimator {
        sizes: env.assumed_sizes(),
    };
    let nodes = root.count();
    Cost {
        least: nodes,
        most: nodes.saturating_add(estimator.beyond(root)),
    }
}

struct Estimator {
    sizes: Sizes,
}

impl Estimator {
    /// What a node costs beyond being there.
    fn beyond(&self, node: &Node) -> u64 {
        let below = match &node.op {
            Op::Fold(it) => return self.fold(it),
            op => op.children().into_iter().map(|child| self.beyond(child)),
        };
        below.fold(self.own(node), u64::saturating_add)
    }

    fn fold(&self, it: &FoldLoop) -> u64 {
        let turn = it
            .weight
            .saturating_add(self.beyond(&it.body))
            .saturating_add(it.filter.as_ref().map_or(0, |filter| self.beyond(filter)));
        let turns = self.elements(&it.range);
        let sorting = match it.fold {
            Fold::SortBy | Fold::MapEntry => turns.saturating_mul(64),
            _ => 0,
        };
        turns
            .saturating_mul(turn)
            .saturating_add(self.beyond(&it.range))
            .saturating_add(sorting)
    }

    fn own(&self, node: &Node) -> u64 {
        let text = 1 + self.sizes.text / 10;
        match &node.op {
            Op::Text { .. } => text,
            Op::Equal(pair) | Op::NotEqual(pair) | Op::Compare(_, pair) => pair
                .iter()
                .map(|side| self.weight(side))
                .fold(0, u64::saturating_add),
            Op::In(pair) => {
                let [value, container] = &**pair;
                (1 + self.weight(value)).saturating_mul(self.elements(container))
            }
            Op::Holds { container, .. } => self.elements(container),
            Op::Matches { pattern, .. } => (1 + pattern.text.len() as u64 / 4)
                .saturating_mul(text)
                .saturating_add(1),
            Op::Arithmetic(..) => (2 * text).max(2 * self.sizes.elements),
            Op::Call(call) => self.call(&call.function, &call.arguments),
            _ => 0,
        }
    }

    /// A function reads its arguments, most of them once; some compare every two elements.
    fn call(&self, name: &str, arguments: &[Node]) -> u64 {
        let text = 1 + self.sizes.text / 10;
        let elements = arguments
            .iter()
            .map(|argument| self.elements(argument))
            .max()
            .unwrap_or(0);
        let read = elements.saturating_add(text.saturating_mul(2));
        let is_pattern =
            matches!(name, "matches" | "find" | "findAll") || name.starts_with("regex.");
        if is_pattern {
            let compile = COMPILE_BASE.saturating_add(self.sizes.text.saturating_mul(COMPILE_BYTE));
            return compile.saturating_add(self.sizes.text.saturating_mul(text));
        }
        let is_square = name == "distinct" || name.starts_with("sets.") || name == "sort";
        if is_square {
            return read.saturating_mul(elements.max(1));
        }
        if name == "split" {
            return read.saturating_add(self.sizes.text);
        }
        if matches!(name, "join" | "format") {
            return read.saturating_add(elements.saturating_mul(text));
        }
        if name == "replace" {
            return text.saturating_mul(self.sizes.text);
        }
        read
    }

    /// About how much work it is to compare a value.
    fn weight(&self, node: &Node) -> u64 {
        match node.constant() {
            Some(value) => crate::value::order::weight(value),
            None => (self.sizes.text / 64).max(self.sizes.elements),
        }
    }

    /// The number of elements of a list or map.
    fn elements(&self, node: &Node) -> u64 {
        match &node.op {
            Op::Constant(Value::List(list)) => list.len() as u64,
            Op::Constant(Value::Map(map)) => map.len() as u64,
            Op::Constant(_) => 0,
            Op::List(elements) => elements.len() as u64,
            Op::Map(entries) => entries.len() as u64,
            Op::Fold(it) => self.elements(&it.range),
            _ => self.sizes.elements,
        }
    }
}
