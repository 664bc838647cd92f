package stream_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/stream"
)

func TestNewsReachWhoListens(t *testing.T) {
	n := open(t, t.TempDir()).News()
	a, b, other := n.Subscribe("w"), n.Subscribe("w"), n.Subscribe("x")
	defer a.Close()
	defer other.Close()
	item := stream.Item{Topic: "inbox", ID: "1", At: time.Unix(1, 0).UTC()}
	n.Tell("w", item)
	for _, s := range []*stream.Subscriber{a, b} {
		if got := <-s.C; got != item {
			t.Errorf("%+v", got)
		}
	}
	b.Close()
	b.Close()
	n.Tell("*", item) // no workspace: nobody hears it
	n.Tell("x", item)
	if got := <-other.C; got != item {
		t.Errorf("%+v", got)
	}
	if len(a.C) != 0 {
		t.Error("news of another workspace")
	}
}

// A slow subscriber loses news and is told so, even when no more news come.
func TestASlowListenerIsToldToRefetch(t *testing.T) {
	s := open(t, t.TempDir())
	n := s.News()
	slow, quick, after := n.Subscribe("w"), n.Subscribe("w"), n.Subscribe("after")
	defer quick.Close()
	defer after.Close()
	for i := range 200 {
		n.Tell("w", stream.Item{ID: fmt.Sprint(i)})
		if got := <-quick.C; got.ID != fmt.Sprint(i) || got.Refetch {
			t.Fatalf("%+v", got)
		}
	}
	n.Tell("after", stream.Item{ID: "all"}) // one is handed out after the other
	<-after.C
	got := 0
	var last stream.Item
	for len(slow.C) > 0 {
		last = <-slow.C
		got++
	}
	if got >= 200 || !last.Refetch {
		t.Errorf("%d, the last %+v", got, last)
	}
	n.Tell("w", stream.Item{ID: "after"})
	if item := <-slow.C; item.ID != "after" || !item.Refetch {
		t.Errorf("%+v", item) // what came between the word and now was lost too
	}
	n.Tell("w", stream.Item{ID: "again"})
	if item := <-slow.C; item.ID != "again" || item.Refetch {
		t.Errorf("%+v", item)
	}
	s.Close()
	if _, open := <-slow.C; open {
		t.Error("still open")
	}
}
