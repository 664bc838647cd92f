package network_test

import (
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

func TestAnAddressIsOfItsNetworkAndKeptWithoutWhatFollowsPeopleAround(t *testing.T) {
	a := network.Assisted{Hosts: []string{"example.com", "{server}"}, Keep: []string{"v"}}
	for raw, want := range map[string]string{
		"https://www.example.com/p/1/?igsh=abc&utm_source=x#top": "https://www.example.com/p/1",
		" http://Example.com/watch?v=7&t=3 ":                     "https://example.com/watch?v=7",
		"https://home.test/@me/9":                                "https://home.test/@me/9",
		"https://home.test:8443/@me/9":                           "https://home.test:8443/@me/9",
		"https://example.com":                                    "",
		"https://example.com/":                                   "",
		"https://badexample.com/p/1":                             "",
		"https://example.com.evil.test/p/1":                      "",
		"https://example.com@evil.test/p/1":                      "",
		"https://me:pass@example.com/p/1":                        "",
		"javascript:alert(1)//example.com/p":                     "",
		"example.com/p/1":                                        "",
		"ftp://example.com/p/1":                                  "",
		"https://else.test/@me/9":                                "",
	} {
		got, err := a.Address(raw, "", "https://home.test/@me")
		if got != want || (want == "") != fault.Is(err, fault.Invalid) {
			t.Errorf("%s is %q (%v), not %q", raw, got, err, want)
		}
	}
}

func TestWhatAPersonPublishesFitsByItself(t *testing.T) {
	wrong := []network.Problem{{Level: "error", Field: "media", Key: "too_flat"}, {Level: "error", Field: "options", Key: "option_missing"}, {Level: "error", Field: "text", Key: "too_long"},
		{Level: "error", Field: "media", Key: "too_many"}, {Level: "error", Field: "poll", Key: "no_poll"}}
	got := network.HandProblems(wrong)
	want := []string{"warn will_fit", "error too_long", "error too_many", "warn hand_poll"}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, w := range want {
		if got[i].Level+" "+got[i].Key != w {
			t.Errorf("%+v, not %s", got[i], w)
		}
	}
	if wrong[0].Key != "too_flat" {
		t.Error("what was given has changed")
	}
}

func TestAnApplicationTakesMoreThanItsProgramsMay(t *testing.T) {
	story := network.KindLimit{Text: network.TextLimit{Max: 10}}
	p := network.Profile{Assisted: &network.Assisted{Limits: &network.Limits{Kinds: map[network.PostKind]network.KindLimit{network.Story: story}, Poll: &network.PollLimit{MaxOptions: 4}}}}
	of := network.Limits{Text: network.TextLimit{Max: 500}, Media: network.MediaLimit{MaxItems: 3, Fetched: true}, Kinds: map[network.PostKind]network.KindLimit{network.Reel: {}}}
	got := p.ByHand(of)
	if _, ok := of.Kinds[network.Story]; ok || len(got.Kinds) != 2 || got.Poll == nil || got.Text.Max != 500 || got.Media.MaxItems != 3 || got.Media.Fetched {
		t.Errorf("%+v, of %+v", got, of)
	}
}
