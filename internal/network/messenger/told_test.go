package messenger_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/facebook"
	"github.com/kithhq/kith/internal/network/networktest"
)

// told tells the same messages of a crowd twice, the last ones first the second time.
// They come to Facebook's address, so Facebook's driver takes them apart.
func told(t *testing.T, h networktest.Harness) {
	t.Helper()
	w := networktest.NewWorld(t, h)
	host := facebook.New(nil, facebook.Options{})
	seen := map[string][]network.Event{}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}} {
		for _, nth := range order {
			raws, err := host.Split(fmt.Appendf(nil, `{"object":"page","entry":[{"id":"%s","time":1782000060000,"messaging":[%s]}]}`, w.Conn.Account,
				networktest.Joined(30, func(i int) string {
					return fmt.Sprintf(`{"sender":{"id":"80%d"},"recipient":{"id":"%s"},"timestamp":1782000060123,"message":{"mid":"m_%d_%d","text":"Bonjour"}}`, i, w.Conn.Account, nth, i)
				})))
			if err != nil || len(raws) != 30 {
				t.Fatalf("%d messages, %v", len(raws), err)
			}
			for _, raw := range raws {
				events, err := w.Driver.(network.Decoder).Decode(w.Conn, raw)
				if err != nil || len(events) != 1 || events[0].Author.ID != raw.Person || raw.Network != h.Name {
					t.Fatalf("%+v became %+v, %v", raw, events, err)
				}
				if before, again := seen[raw.Key]; again && !reflect.DeepEqual(before, events) {
					t.Errorf("told again it is %+v, and it was %+v", events, before)
				}
				seen[raw.Key] = events
			}
		}
	}
	if len(seen) != 90 {
		t.Errorf("90 messages have %d keys", len(seen))
	}
}
