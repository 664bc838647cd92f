package facebook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// fact is the driver's own form of something that happened: a change, or something
// of a conversation, which is Messenger's and comes here while the Page is not
// connected there. Webhooks and readings become the same.
type fact struct {
	Change     *change `json:"change,omitempty"`
	graph.Talk         // with At: when the network told it, in milliseconds
}

// change is what happened on a Page, as webhooks tell it.
type change struct {
	From     person      `json:"from,omitzero"`
	Sender   graph.Ident `json:"sender_id,omitempty"` // of a mention, in older versions
	Name     string      `json:"sender_name,omitempty"`
	Item     string      `json:"item"`
	Verb     string      `json:"verb"`
	Post     string      `json:"post_id,omitempty"`
	Comment  string      `json:"comment_id,omitempty"`
	Parent   string      `json:"parent_id,omitempty"`
	Share    string      `json:"share_id,omitempty"`
	Reaction string      `json:"reaction_type,omitempty"`
	Created  graph.Clock `json:"created_time,omitempty"`
	Text     string      `json:"message,omitempty"`
	Photo    string      `json:"photo,omitempty"`
	Video    string      `json:"video,omitempty"`
	URL      string      `json:"permalink_url,omitempty"` // of readings
	Mention  bool        `json:"mention,omitempty"`       // ours: it came as a mention
	Version  string      `json:"version,omitempty"`       // ours: tells one change of state from the next
}

// person is who did something.
type person struct {
	ID   graph.Ident `json:"id,omitempty"`
	Name string      `json:"name,omitempty"`
}

// textMost is how many bytes of a text are kept.
const textMost = 64 << 10

// lean keeps of a change what is safe and bounded; ok is false where nothing can
// be done with it.
func (c change) lean() (change, bool) {
	for _, id := range []*string{&c.Post, &c.Comment, &c.Parent, &c.Share} {
		if *id != "" && !graph.Object.MatchString(*id) {
			*id = ""
		}
	}
	if c.From.ID == "" {
		c.From = person{c.Sender, c.Name}
	}
	c.Sender, c.Name = "", ""
	c.From = c.From.lean()
	c.Item, c.Verb, c.Reaction, c.Version = graph.Clip(c.Item, 64), graph.Clip(c.Verb, 64), graph.Clip(c.Reaction, 64), graph.Clip(c.Version, 64)
	c.Text, c.Photo, c.Video, c.URL = graph.Clip(c.Text, textMost+1), graph.Clip(c.Photo, 4096), graph.Clip(c.Video, 4096), graph.Clip(c.URL, 2048)
	if c.Item == "comment" && c.Comment == "" {
		return c, false // it would be taken for its post
	}
	return c, c.Post != "" || c.Comment != "" || c.Item == "like" && c.From.ID != ""
}

func (p person) lean() person {
	if !graph.Object.MatchString(string(p.ID)) {
		p.ID = ""
	}
	return person{p.ID, graph.Clip(p.Name, 640)}
}

// object and verb of a lean change, and which version of it: the same change has
// the same key, whichever way it is told.
func (c change) key() string {
	id := c.Comment
	if id == "" {
		id = c.Post
	}
	switch {
	case c.Mention && c.Verb == "add":
		return "mention " + id
	case c.reaction():
		verb := "reaction "
		if c.Verb == "remove" {
			verb = "unreaction "
		}
		return verb + id + " " + string(c.From.ID)
	case c.Verb == "edited" || c.Verb == "edit":
		sum := sha256.Sum256([]byte(c.Text))
		return "edited " + id + " " + hex.EncodeToString(sum[:8])
	case c.Verb == "remove" || c.Verb == "delete":
		return "deleted " + id
	case c.Verb == "hide" || c.Verb == "unhide":
		return c.Verb + " " + id + " " + c.Version
	case c.Item == "comment":
		return "comment " + id
	case c.Item == "share" && c.Share != "":
		return "share " + c.Share
	}
	return "post " + id
}

func (c change) reaction() bool { return c.Item == "reaction" || c.Item == "like" }

// raw makes the fact of a lean change on a Page. at is when it was told.
func (c change) raw(page string, at time.Time) network.Raw {
	if c.Verb == "add" || at.IsZero() {
		if created := c.Created.When(); !created.IsZero() {
			at = created
		}
	}
	who := string(c.From.ID)
	if who == "" { // Graph does not always say who: then at least what concerns one thing stays in order
		who = c.Comment
		if who == "" {
			who = c.Post
		}
	}
	return network.Raw{Account: page, Person: who, Key: c.key(), At: at, Body: fact{Change: &c, Talk: graph.Talk{At: max(at.UnixMilli(), 0)}}.body()}
}

func (f fact) body() []byte {
	data, err := json.Marshal(f)
	if err != nil {
		panic(err) // texts and numbers alone
	}
	return data
}
