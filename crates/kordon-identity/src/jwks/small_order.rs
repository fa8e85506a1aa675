//! Points of edwards25519 that are no keys.

/// The encodings, without the bit of the sign, of all points whose order divides 8. Two of them
/// are written with a number beyond the field.
///
/// Under such a key one signature holds for many messages, as RFC 8032 section 8.9 and the
/// library leave it to whoever chooses the key.
const ENCODINGS: [[u8; 32]; 7] = [
    [0; 32],
    between(1, 0, 0),
    between(0xec, 0xff, 0x7f),
    between(0xed, 0xff, 0x7f),
    between(0xee, 0xff, 0x7f),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

/// Whether the encoded point is one of them.
pub(super) fn is_small_order(point: &[u8]) -> bool {
    ENCODINGS
        .iter()
        .any(|encoding| is_same_but_sign(encoding, point))
}

fn is_same_but_sign(encoding: &[u8; 32], point: &[u8]) -> bool {
    let (Some((last, rest)), Some((point_last, point_rest))) =
        (encoding.split_last(), point.split_last())
    else {
        return false;
    };
    rest == point_rest && *last == point_last & 0x7f
}

const fn between(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_does_not_matter_and_any_other_bit_does() {
        for encoding in ENCODINGS {
            assert!(is_small_order(&encoding));
            let mut negative = encoding;
            negative[31] |= 0x80;
            assert!(is_small_order(&negative));
            let mut other = encoding;
            other[7] ^= 0x10;
            assert!(!is_small_order(&other));
        }
        assert!(!is_small_order(&[]));
        assert!(!is_small_order(&[0; 31]));
    }
}
