package mastodon_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/mastodon"
)

// shown is a status as the server shows it to its author.
func shown(t *testing.T, w *networktest.World, id string) (s struct {
	Text   string `json:"content"`
	Pinned bool   `json:"pinned"`
	Warn   string `json:"spoiler_text"`
	Files  []struct {
		Alt string `json:"description"`
	} `json:"media_attachments"`
},
) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.Base+"/api/v1/statuses/"+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.Fields()["token"])
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What an edit does not name is taken away by the server.
func TestAnEditChangesTheWordsAlone(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{}))
	part := w.Part("a shelv of books")
	part.Media = []network.Media{networktest.Picture("image/png", 24, 16, "one"), networktest.Picture("image/png", 16, 24, "two")}
	sent, err := w.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	part.Text = "a shelf of books"
	if _, err := w.Driver.(network.Editor).Edit(t.Context(), w.Conn, sent.Ref, part); err != nil {
		t.Fatal(err)
	}
	if s := shown(t, w, sent.ID); !strings.Contains(s.Text, "shelf") || len(s.Files) != 2 || s.Files[0].Alt != "one" || s.Files[1].Alt != "two" {
		t.Errorf("it is %+v", s)
	}
}

func TestAPostWithAPollIsNotChanged(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{}))
	part := w.Part("Tea?")
	part.Poll = &network.Poll{Options: []string{"yes", "no"}, Minutes: 60}
	sent, err := w.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	part.Text = "Coffee?"
	_, err = w.Driver.(network.Editor).Edit(t.Context(), w.Conn, sent.Ref, part)
	if !fault.Is(err, fault.Invalid) || len(w.Ledger(sandbox.Edit)) != 0 {
		t.Errorf("%v, and the ledger has %+v", err, w.Ledger(sandbox.Edit))
	}
}

func TestFivePostsArePinned(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{}))
	pinner := w.Driver.(network.Pinner)
	for i := range 6 {
		_, sent := w.Publish("post " + string(rune('a'+i)))
		err := pinner.Pin(t.Context(), w.Conn, sent.Ref, true)
		if pinned := shown(t, w, sent.ID).Pinned; pinned != (i < 5) || (err == nil) != (i < 5) {
			t.Errorf("number %d: pinned %v, %v", i, pinned, err)
		}
		if i == 5 {
			if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint != "Unpin another one first." {
				t.Errorf("the sixth: %v, %q", err, hint)
			}
		}
	}
}

func TestFollowersAreCounted(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{}))
	w.Publish("one")
	for _, p := range []string{"p001", "p002", "p003"} {
		w.Act(sandbox.Act{Kind: "follow", Person: p})
	}
	counts, err := w.Driver.(network.Insighter).Insights(t.Context(), w.Conn, time.Time{})
	if err != nil || counts[network.Followers] != 3 || counts["mastodon:statuses"] != 1 || counts["mastodon:following"] != 0 || len(counts) != 3 {
		t.Errorf("%v, %v", counts, err)
	}
}
