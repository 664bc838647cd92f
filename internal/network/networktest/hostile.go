package networktest

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/network"
)

// Decoded gives what comes of a Raw, for fuzzing: it is the same every time, and
// can be stored.
func Decoded(t *testing.T, d network.Decoder, conn network.Conn, raw network.Raw) []network.Event {
	t.Helper()
	first, err := d.Decode(conn, raw)
	again, err2 := d.Decode(conn, raw)
	if !reflect.DeepEqual(first, again) || (err == nil) != (err2 == nil) {
		t.Fatalf("decoding twice differs: %+v, %+v", first, again)
	}
	if err := Sound(first); err != nil {
		t.Fatal(err)
	}
	return first
}

// Apart gives the body of a webhook taken apart, for fuzzing: it is the same every
// time, each piece says whom it is of and can be stored, and what was split can be
// decoded.
func Apart(t *testing.T, d interface {
	network.Knocker
	network.Decoder
}, conn network.Conn, body []byte,
) []network.Raw {
	t.Helper()
	raws, err := d.Split(body)
	again, err2 := d.Split(body)
	if !reflect.DeepEqual(raws, again) || (err == nil) != (err2 == nil) {
		t.Fatal("splitting twice differs")
	}
	for _, raw := range raws {
		if raw.Person == "" || raw.Account == "" || raw.Key == "" || len(raw.Key) > 600 || !utf8.ValidString(raw.Key+raw.Person) ||
			strings.ContainsRune(raw.Key+raw.Person, 0) || raw.At.Year() > 9998 {
			t.Fatalf("raw %+v", raw)
		}
		if _, err := d.Decode(conn, raw); err != nil {
			t.Fatalf("split, and not decoded: %v of %s", err, raw.Body)
		}
	}
	return raws
}
