package instagram

import (
	"encoding/json"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// fact is the driver's own form of something that happened. Webhooks and readings
// become the same.
type fact struct {
	What    string       `json:"what"` // comment, post, mention, message, reacted, taken, unsent, read, deleted, hidden, shown
	ID      string       `json:"id"`
	Media   string       `json:"media,omitempty"`
	Parent  string       `json:"parent,omitempty"`
	From    person       `json:"from,omitzero"` // of a message always the other, never us
	Ours    bool         `json:"ours,omitempty"`
	Text    string       `json:"text,omitempty"`
	Partial bool         `json:"partial,omitempty"` // Instagram did not tell the text
	URL     string       `json:"url,omitempty"`
	Made    int64        `json:"made,omitempty"` // milliseconds
	Files   []attachment `json:"files,omitempty"`
	Version string       `json:"version,omitempty"` // tells one change of state from the next
	// Named: this message is told once more, because only now it is known what its
	// author is called.
	Named bool `json:"named,omitempty"`
}

// person is who did something.
type person struct {
	ID       graph.Ident `json:"id,omitempty"`
	Username string      `json:"username,omitempty"`
}

type attachment struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// textMost is how many bytes of a text are kept.
const textMost = 64 << 10

// lean keeps of a fact what is safe and bounded; ok is false where nothing can be
// done with it.
func (f fact) lean() (fact, bool) {
	for _, id := range []*string{&f.Media, &f.Parent} {
		if !graph.Object.MatchString(*id) {
			*id = ""
		}
	}
	if !graph.Object.MatchString(string(f.From.ID)) {
		f.From.ID = ""
	}
	f.From.Username = graph.Clip(f.From.Username, 128)
	f.Text, f.URL, f.Version = graph.Clip(f.Text, textMost+1), address(f.URL), graph.Clip(f.Version, 64)
	f.Files = f.Files[:min(len(f.Files), 20):min(len(f.Files), 20)]
	for i, a := range f.Files {
		f.Files[i] = attachment{kind(a.Type), graph.Clip(a.URL, 4096)}
	}
	switch f.What {
	case "message", "reacted", "taken", "unsent", "read":
		return f, graph.Known.MatchString(f.ID) && f.From.ID != ""
	}
	return f, graph.Object.MatchString(f.ID)
}

// kind names the type of an attachment as the port does.
func kind(given string) string {
	switch given {
	case "image", "video", "audio":
		return given
	case "share", "ig_reel", "reel", "story_mention", "ig_story", "ig_post", "template", "fallback":
		return "link"
	}
	return "other"
}

// key is the object, the verb and the version: the same fact has the same key,
// whichever way it is told.
func (f fact) key() string {
	if f.Named {
		return "named " + string(f.From.ID) + " " + f.From.Username
	}
	key := f.What + " " + f.ID
	if f.What == "reacted" || f.What == "taken" {
		key += " " + string(f.From.ID)
	}
	if f.Version != "" {
		key += " " + f.Version
	}
	return key
}

// raw makes what the house keeps of a lean fact.
func (f fact) raw(account string) network.Raw {
	who := string(f.From.ID)
	if who == "" { // of a mention a webhook does not say who: then at least what concerns one thing stays in order
		who = f.ID
	}
	data, err := json.Marshal(f)
	if err != nil {
		panic(err) // texts and numbers alone
	}
	return network.Raw{Account: account, Person: who, Key: f.key(), At: graph.Millis(f.Made), Body: data}
}

// at sets when a fact came into the world.
func (f fact) at(t time.Time) fact {
	if !t.IsZero() {
		f.Made = t.UnixMilli()
	}
	return f
}
