package linkedin_test

import (
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/linkedin"
)

func TestAPostSharesAnotherWithItsOwnWords(t *testing.T) {
	w := open(t, pretended.Options{})
	first := w.must(w.conn, w.part("Our report is out"))
	for name, address := range map[string]string{
		"its address":          first.URL,
		"encoded":              "https://www.linkedin.com/feed/update/" + strings.ReplaceAll(first.ID, ":", "%3A") + "/?utm_source=share",
		"what is embedded":     `<iframe src="https://www.linkedin.com/embed/feed/update/` + first.ID + `?collapsed=1" height="569"></iframe>`,
		"its URN, with spaces": "  " + first.ID + " ",
	} {
		part := w.part("Worth reading, " + name)
		part.Options = map[string]string{"reshare": address}
		sent := w.must(w.conn, part)
		if said := w.driver.Profile().CheckOptions(part); len(said) > 0 {
			t.Errorf("%s: while it is written, %+v", name, said)
		}
		if made := w.ledger(sandbox.Publish); made[len(made)-1].Shared != first.ID {
			t.Errorf("%s: the ledger has %+v", name, made[len(made)-1])
		}
		look, err := w.driver.Find(t.Context(), w.conn, part, part.At)
		if err != nil || !look.Complete || look.Near[0].ID != sent.ID || look.Near[0].Text != part.Text || look.Near[0].Media != 0 {
			t.Errorf("%s: found %+v, %v", name, look, err)
		}
	}
	counts, err := w.driver.Measure(t.Context(), w.conn, []network.Ref{first.Ref})
	if err != nil || counts[first.ID][network.Reposts] != 4 {
		t.Errorf("the post is shared: %v, %v", counts, err)
	}
	before := len(w.ledger(sandbox.Publish))
	for name, change := range map[string]func(*network.Part){
		"an activity": func(p *network.Part) {
			p.Options["reshare"] = "https://www.linkedin.com/feed/update/urn:li:activity:7123456789012345678/"
		},
		"an activity in a slug": func(p *network.Part) {
			p.Options["reshare"] = "https://www.linkedin.com/posts/lea-martin_report-activity-7123456789012345678-aB1c"
		},
		"another place":            func(p *network.Part) { p.Options["reshare"] = "https://example.org/" },
		"a picture beside it":      func(p *network.Part) { p.Media = []network.Media{networktest.Picture("image/png", 24, 16, "a chart")} },
		"a link beside it":         func(p *network.Part) { p.Link = "https://example.org/" },
		"a post that is not there": func(p *network.Part) { p.Options["reshare"] = "urn:li:share:7123456789012345678" },
	} {
		part := w.part("Worth reading, " + name)
		part.Options = map[string]string{"reshare": first.URL}
		change(&part)
		if said := w.driver.Profile().CheckOptions(part); name != "a post that is not there" && (len(said) != 1 || said[0].Field != "options" || said[0].Level != "error") {
			t.Errorf("%s: while it is written, %+v", name, said)
		}
		_, err := w.send(w.conn, part)
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || text == "" || hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	closed := w.part("Do not share this")
	closed.Options = map[string]string{"no_reshare": "true"}
	part := w.part("Worth reading nevertheless")
	part.Options = map[string]string{"reshare": w.must(w.conn, closed).URL}
	_, err = w.send(w.conn, part)
	kind(t, err, fault.Invalid)
	if n := len(w.ledger(sandbox.Publish)); n != before+1 {
		t.Errorf("%d posts and not %d", n, before+1)
	}
}

// As the Social Metadata API has it on 27 November 2026: the comments that are there are
// deleted, and nobody else's post is closed.
func TestClosingTheCommentsDeletesThem(t *testing.T) {
	w := open(t, pretended.Options{})
	sent := w.must(w.conn, w.part("Tell us"))
	if _, err := w.stage.Scripts.Do(sandbox.Act{Network: "linkedin", Kind: "comment", Target: sent.ID, Text: "Gladly", Person: "p001"}); err != nil {
		t.Fatal(err)
	}
	count := func() int64 {
		t.Helper()
		all, err := w.driver.Measure(t.Context(), w.conn, []network.Ref{sent.Ref})
		if err != nil {
			t.Fatal(err)
		}
		return all[sent.ID][network.Replies]
	}
	if n := count(); n != 1 {
		t.Fatalf("%d comments", n)
	}
	if err := w.driver.Close(t.Context(), w.conn, sent.Ref, true); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 0 {
		t.Errorf("%d comments are left", n)
	}
	answer := w.part("Are you there?")
	answer.After = &sent.Ref
	if _, err := w.driver.Reply(t.Context(), w.conn, answer); !fault.Is(err, fault.Denied) && !fault.Is(err, fault.Invalid) {
		t.Errorf("a comment of ours below a closed post: %v", err)
	}
	if !w.driver.Profile().Closing.Deletes {
		t.Error("it is not said")
	}
	err := w.driver.Close(t.Context(), w.conn, network.Ref{ID: "urn:li:share:1"}, true)
	kind(t, err, fault.NotFound)
}
