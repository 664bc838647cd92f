package bluesky

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Content addresses. A record's address is CIDv1 (dag-cbor, sha-256) over its DAG-CBOR form, a blob's is CIDv1 (raw, sha-256)
// over its bytes, so that the same content has the same address here and on the real network.

const (
	codecRaw     = 0x55
	codecDAGCBOR = 0x71
)

func cidOf(codec byte, data []byte) string {
	sum := sha256.Sum256(data)
	raw := append([]byte{0x01, codec, 0x12, 0x20}, sum[:]...)
	return "b" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))
}

func cidBytes(cid string) ([]byte, error) {
	if len(cid) < 8 || cid[0] != 'b' {
		return nil, errors.New("not a CID")
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(cid[1:]))
}

// recordCID is the address of a record as decoded from JSON with numbers kept (json.Number).
func recordCID(record map[string]any) (string, error) {
	data, err := appendCBOR(nil, record)
	if err != nil {
		return "", err
	}
	return cidOf(codecDAGCBOR, data), nil
}

func appendHead(out []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(out, major|byte(n))
	case n < 1<<8:
		return append(out, major|24, byte(n))
	case n < 1<<16:
		return append(out, major|25, byte(n>>8), byte(n))
	case n < 1<<32:
		return append(out, major|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(out, major|27, byte(n>>56), byte(n>>48), byte(n>>40), byte(n>>32), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

func appendCBOR(out []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(out, 0xf6), nil
	case bool:
		if v {
			return append(out, 0xf5), nil
		}
		return append(out, 0xf4), nil
	case string:
		return append(appendHead(out, 3, uint64(len(v))), v...), nil
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return nil, fmt.Errorf("not an integer: %s", v)
		}
		return appendInt(out, n), nil
	case int:
		return appendInt(out, int64(v)), nil
	case []any:
		out = appendHead(out, 4, uint64(len(v)))
		for _, item := range v {
			var err error
			if out, err = appendCBOR(out, item); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		return appendMap(out, v)
	}
	return nil, fmt.Errorf("cannot be kept: %T", value)
}

func appendInt(out []byte, n int64) []byte {
	if n < 0 {
		return appendHead(out, 1, uint64(-(n + 1)))
	}
	return appendHead(out, 0, uint64(n))
}

func appendMap(out []byte, m map[string]any) ([]byte, error) {
	if link, ok := m["$link"].(string); ok && len(m) == 1 {
		raw, err := cidBytes(link)
		if err != nil {
			return nil, err
		}
		out = append(out, 0xd8, 42)
		out = appendHead(out, 2, uint64(len(raw)+1))
		return append(append(out, 0), raw...), nil
	}
	if text, ok := m["$bytes"].(string); ok && len(m) == 1 {
		raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
		if err != nil {
			return nil, err
		}
		return append(appendHead(out, 2, uint64(len(raw))), raw...), nil
	}
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	// DAG-CBOR sorts keys by length first, then by bytes.
	sort.Slice(keys, func(i, j int) bool {
		if len(keys[i]) != len(keys[j]) {
			return len(keys[i]) < len(keys[j])
		}
		return keys[i] < keys[j]
	})
	out = appendHead(out, 5, uint64(len(keys)))
	for _, key := range keys {
		out = append(appendHead(out, 3, uint64(len(key))), key...)
		var err error
		if out, err = appendCBOR(out, m[key]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
