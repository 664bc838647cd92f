package text_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/text"
)

// As a regular expression would say, for every character alone and for every length.
func TestATextIsOnlyOfAClass(t *testing.T) {
	for _, class := range []string{"0-9", "A-Za-z0-9_", "A-Za-z0-9_.:=$@+/-", "A-Za-z0-9_|.~+/=%-", "a-z2-7", "A-Za-z0-9-", "A-Za-z_"} {
		for _, size := range [][2]int{{1, 1}, {1, 5}, {3, 70}} {
			o := text.OnlyOf(class, size[0], size[1])
			like := regexp.MustCompile("^[" + class + "]{" + strconv.Itoa(size[0]) + "," + strconv.Itoa(size[1]) + "}$")
			for c := range 0x180 {
				for _, s := range []string{string(rune(c)), string([]byte{byte(c)}), "999" + string(rune(c)), string(rune(c)) + "aaa"} {
					if o.MatchString(s) != like.MatchString(s) {
						t.Errorf("%s %v: %q: %v", class, size, s, o.MatchString(s))
					}
				}
			}
			for n := range 80 {
				s := strings.Repeat("5", n)
				if class == "A-Za-z_" {
					s = strings.Repeat("z", n)
				}
				if o.MatchString(s) != like.MatchString(s) {
					t.Errorf("%s %v: %d characters: %v", class, size, n, o.MatchString(s))
				}
			}
		}
	}
}

func TestATextFollowsABeginning(t *testing.T) {
	o := text.OnlyOf("0-9", 1, 3).After("urn:a:", "urn:ab:")
	for s, want := range map[string]bool{"urn:a:1": true, "urn:ab:123": true, "urn:a:": false, "urn:a:1234": false, "urn:a:x": false, "1": false, "": false, "urn:a:urn:a:1": false, " urn:a:1": false} {
		if o.MatchString(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}
