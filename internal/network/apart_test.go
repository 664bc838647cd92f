package network_test

import (
	"slices"
	"testing"

	"github.com/kithhq/kith/internal/network"
)

// An answer is as many messages as its network makes of it: the files in their order, the
// words once, with the first file that takes words or behind them all.
func TestAnAnswerIsTakenApart(t *testing.T) {
	photo, sound := network.Media{Type: "image/jpeg"}, network.Media{Type: "audio/mpeg"}
	one := network.MediaLimit{MaxItems: 1, Several: 3, Audio: network.FileLimit{Alone: true}}
	bare := network.MediaLimit{MaxItems: 1, Several: 3, Caption: &network.TextLimit{None: true}}
	pairs := network.MediaLimit{MaxItems: 2, Several: 5}
	for name, c := range map[string]struct {
		limit network.MediaLimit
		text  string
		files []network.Media
		want  []string // the words and the number of files of each message
	}{
		"words alone":                        {one, "hello", nil, []string{"hello 0"}},
		"one file":                           {one, "hello", []network.Media{photo}, []string{"hello 1"}},
		"three files":                        {one, "hello", []network.Media{photo, photo, photo}, []string{"hello 1", " 1", " 1"}},
		"files without words":                {one, "", []network.Media{photo, photo}, []string{" 1", " 1"}},
		"a sound first":                      {one, "hello", []network.Media{sound, photo}, []string{" 1", "hello 1"}},
		"sounds alone":                       {one, "hello", []network.Media{sound, sound}, []string{" 1", " 1", "hello 0"}},
		"no words beside files":              {bare, "hello", []network.Media{photo, photo}, []string{" 1", " 1", "hello 0"}},
		"two in a message":                   {pairs, "hello", []network.Media{photo, photo, photo}, []string{"hello 2", " 1"}},
		"more than one may bring":            {one, "hello", []network.Media{photo, photo, photo, photo}, []string{"hello 4"}},
		"a network that takes one, and ends": {network.MediaLimit{MaxItems: 1}, "hello", []network.Media{photo, photo}, []string{"hello 2"}},
	} {
		var got []string
		for _, p := range (network.Limits{Media: c.limit}).Apart(network.Part{Text: c.text, Media: c.files, Key: "k"}) {
			got = append(got, p.Text+" "+string(rune('0'+len(p.Media))))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}
