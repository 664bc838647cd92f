package bluesky

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

// What a server says of its time is believed where it refuses what we sign by ours, and
// only as long as that helps.
func TestAServerIsBelievedAboutTheTimeWhereItRefusesOurs(t *testing.T) {
	var c clocks
	at := &url.URL{Scheme: "https", Host: "a.example", Path: "/x"}
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	says := func(d time.Duration) {
		c.hear(at, http.Header{"Date": {now.Add(d).Format(http.TimeFormat)}}, now)
	}
	is := func(want time.Duration, when string) {
		t.Helper()
		if got := c.now(at, now).Sub(now); got != want {
			t.Errorf("%s, it is %v later there, and it should be %v", when, got, want)
		}
	}
	if c.doubted(at) {
		t.Error("a server is believed that said nothing")
	}
	says(7 * time.Minute)
	is(0, "before anybody refused")
	if !c.doubted(at) {
		t.Error("it refused, and is not believed")
	}
	is(7*time.Minute, "after it refused")
	if !c.doubted(at) {
		t.Error("it refused what was made by its own time, and is believed still")
	}
	is(0, "after that did not help")
	says(3 * time.Second)
	if c.doubted(at) {
		t.Error("seconds are taken for another time")
	}
	c.hear(at, http.Header{"Date": {"yesterday"}}, now)
	says(400 * 24 * time.Hour)
	if c.doubted(at) {
		t.Error("a year is taken for another time")
	}
	for i := range 2 * manyNonces {
		c.hear(&url.URL{Scheme: "https", Host: time.Duration(i).String()}, http.Header{"Date": {now.Format(http.TimeFormat)}}, now)
	}
	if len(c.of) > manyNonces {
		t.Errorf("%d are remembered", len(c.of))
	}
}
