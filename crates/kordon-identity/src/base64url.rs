//! Base64url as JOSE uses it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Reads the bytes, if the text is the one text that stands for them.
///
/// RFC 7515 section 2: base64url "with all trailing '=' characters omitted [...] and without the
/// inclusion of any line breaks, whitespace, or other additional characters". Bits that are left
/// over at the end must be zero, so that no two texts stand for the same bytes.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_stands_for_the_bytes() {
        assert_eq!(decode("-_8"), Some(vec![0xfb, 0xff]));
        assert_eq!(decode(""), Some(Vec::new()));
        for other in ["-_9", "-_8=", "+/8", "-_8\n", " -_8", "-", "-_ 8"] {
            assert_eq!(decode(other), None, "{other:?}");
        }
    }
}
