package network

import "testing"

func TestAPostIsPublishedClosed(t *testing.T) {
	for _, c := range []struct {
		closing Closing
		options map[string]string
		want    bool
	}{
		{Closing{}, map[string]string{"": "true"}, false},
		{Closing{Option: "comments_off"}, map[string]string{"comments_off": "true"}, true},
		{Closing{Option: "comments_off"}, map[string]string{"comments_off": ""}, false},
		{Closing{Option: "who", Value: "nobody"}, map[string]string{"who": "nobody"}, true},
		{Closing{Option: "who", Value: "nobody"}, map[string]string{"who": "followers"}, false},
		{Closing{Option: "who", Value: "nobody"}, map[string]string{"who": "true"}, false},
		{Closing{Option: "who", Value: "nobody"}, nil, false},
	} {
		if got := c.closing.Closed(c.options); got != c.want {
			t.Errorf("%+v with %v: %v", c.closing, c.options, got)
		}
	}
}
