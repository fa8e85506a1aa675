//! Blocks of addresses.

use std::net::IpAddr;

use ipnet::IpNet;

/// A block of addresses with exceptions cut out of it.
///
/// ```
/// use kordon_core::model::AddressBlock;
/// let block = AddressBlock::new("10.0.0.0/8", ["10.1.0.0/16"])?;
/// assert!(block.contains("10.2.0.1".parse()?));
/// assert!(!block.contains("10.1.0.1".parse()?));
/// assert!(!block.contains("::ffff:10.2.0.1".parse()?), "families do not mix");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AddressBlock {
    /// The block. Bits beyond the prefix are not significant.
    pub block: IpNet,
    /// Blocks that are not part of it.
    pub except: Vec<IpNet>,
}

/// Text that is not a block of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockError {
    /// The text.
    pub text: String,
}

impl std::fmt::Display for BlockError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "`{}` is not a block of addresses such as `10.0.0.0/16` or `fd00::/8`",
            self.text
        )
    }
}

impl std::error::Error for BlockError {}

impl AddressBlock {
    /// Reads the block and its exceptions.
    ///
    /// # Errors
    /// The first text that is not in CIDR notation.
    pub fn new<'a>(
        block: &str,
        except: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, BlockError> {
        let parse = |text: &str| {
            text.parse().map_err(|_| BlockError {
                text: text.to_owned(),
            })
        };
        let except = except.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self {
            block: parse(block)?,
            except,
        })
    }

    /// Whether the address lies in the block and in none of the exceptions. An address of the
    /// other family does not.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.block.contains(&address) && !self.except.iter().any(|net| net.contains(&address))
    }
}
