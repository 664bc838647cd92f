package view

import (
	"testing"

	"github.com/kithhq/kith/internal/fault"
)

func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", cursor{At: 1, ID: "01900000-0000-7000-8000-000000000001"}.String(), cursor{At: -1 << 63}.String(), "e30", "bnVsbA", "%", "eyJhIjoxZTk5fQ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, given, err := parseCursor(s)
		if err != nil {
			if !fault.Is(err, fault.Invalid) || given {
				t.Errorf("%q: %v, given %v", s, err, given)
			}
			return
		}
		if given != (s != "") {
			t.Errorf("%q: given %v", s, given)
		}
		if again, _, err := parseCursor(c.String()); err != nil || again != c {
			t.Errorf("%q is %+v, and written and read again %+v: %v", s, c, again, err)
		}
	})
}
