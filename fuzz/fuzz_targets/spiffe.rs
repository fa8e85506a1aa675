//! Any text is a SPIFFE ID that is read back whole, or is refused at a place.

#![no_main]

use kordon::model::{MAX_SPIFFE_ID_BYTES, SpiffeId, TrustDomain};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for text in [
        text.to_string(),
        format!("spiffe://{text}"),
        format!("spiffe://a/{text}"),
    ] {
        check(&text);
    }
    if let Ok(domain) = TrustDomain::parse(&text) {
        assert!(SpiffeId::parse(&format!("spiffe://{domain}")).is_ok());
    }
});

fn check(text: &str) {
    match SpiffeId::parse(text) {
        Ok(id) => {
            assert!(text.len() <= MAX_SPIFFE_ID_BYTES);
            let domain = id.trust_domain();
            assert_eq!(format!("spiffe://{domain}{}", id.path()), text);
            assert!(TrustDomain::parse(domain.as_str()).is_ok());
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            for segment in id.segments() {
                assert!(!["", ".", ".."].contains(&segment) && segment.chars().all(is_plain));
            }
            assert_eq!(id.clone().into_owned(), id);
        }
        Err(error) => {
            assert!(error.offset <= text.len());
            assert!(!error.to_string().is_empty());
        }
    }
}
