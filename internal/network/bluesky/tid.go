package bluesky

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"
)

const tidLetters = "234567abcdefghijklmnopqrstuvwxyz"

// tid writes 53 bits of microseconds and 10 bits that keep writers apart.
func tid(n uint64) string {
	n &= 1<<63 - 1
	var out [13]byte
	for i := 12; i >= 0; i-- {
		out[i] = tidLetters[n&31]
		n >>= 5
	}
	return string(out[:])
}

// keyTID makes a record key of our own key and of nothing else: every try of a
// part, whenever it is made, writes the same record. Our keys are UUIDv7, whose
// millisecond is kept; the rest, and any other key, is hashed.
func keyTID(key string) string {
	sum := sha256.Sum256([]byte(key))
	if len(key) == 36 && key[14] == '7' {
		if ms, err := strconv.ParseUint(key[:8]+key[9:13], 16, 48); err == nil && ms < 1<<42 {
			micros := ms*1000 + uint64(binary.BigEndian.Uint32(sum[:4])%1000)
			return tid(micros<<10 | uint64(binary.BigEndian.Uint16(sum[4:6])&0x3ff))
		}
	}
	return hashTID(sum)
}

// subjectTID makes the key of a record of which there is one per subject: a
// like, a block. It lies in the past, as keys that were made by a clock do.
func subjectTID(subject string) string {
	return hashTID(sha256.Sum256([]byte(subject)))
}

func hashTID(sum [sha256.Size]byte) string {
	const from, span = 1672531200000000, 31536000000000 // somewhere in 2023
	return tid((from+binary.BigEndian.Uint64(sum[:8])%span)<<10 | uint64(binary.BigEndian.Uint16(sum[8:10])&0x3ff))
}

// splitURI takes at://did/collection/rkey apart; ok is false for anything else.
func splitURI(uri string) (did, collection, rkey string, ok bool) {
	rest, is := strings.CutPrefix(uri, "at://")
	parts := strings.Split(rest, "/")
	if !is || len(uri) > 8192 || len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return "", "", "", false
	}
	return parts[0], parts[1], parts[2], true
}

// didOf gives whose record an address is.
func didOf(uri string) string {
	did, _, _, _ := splitURI(uri)
	return did
}

// webURL is where people see a post.
func webURL(uri string) string {
	did, collection, rkey, ok := splitURI(uri)
	if !ok || collection != collectionPost {
		return ""
	}
	return "https://bsky.app/profile/" + did + "/post/" + rkey
}
