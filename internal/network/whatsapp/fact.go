package whatsapp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/text"
)

// fact is the driver's own form of something that happened.
type fact struct {
	What    string       `json:"what"` // message, ours, reaction, edited, unsent, status, notice
	ID      string       `json:"id"`
	From    person       `json:"from,omitzero"` // always the other, never us
	Group   string       `json:"group,omitempty"`
	Text    string       `json:"text,omitempty"`
	Partial bool         `json:"partial,omitempty"` // WhatsApp does not tell what it says
	Parent  string       `json:"parent,omitempty"`  // what it answers
	Files   []attachment `json:"files,omitempty"`
	Made    int64        `json:"made,omitempty"` // milliseconds
	Off     bool         `json:"off,omitempty"`  // a reaction was taken back
	Status  string       `json:"status,omitempty"`
	Key     string       `json:"key,omitempty"`  // our own, that came back
	Code    int          `json:"code,omitempty"` // why it failed
	Version string       `json:"version,omitempty"`
	Notice  *notice      `json:"notice,omitempty"` // what is told of the business account that ID names
}

// person is whom we exchange messages with.
type person struct {
	Phone string `json:"phone,omitempty"` // digits; "" of whom it is not told
	User  string `json:"user,omitempty"`  // Meta's id of them for this business
	Name  string `json:"name,omitempty"`
	Login string `json:"login,omitempty"` // their username
}

// attachment is something beside the words: a file that only our key opens, or a
// place on a map.
type attachment struct {
	Type string `json:"type"`
	File string `json:"file,omitempty"`
	URL  string `json:"url,omitempty"`
	Alt  string `json:"alt,omitempty"`
}

const (
	textMost  = 64 << 10
	filesMost = 20
)

// opaque is what our own key looks like when it comes back.
var opaque = text.OnlyOf("A-Za-z0-9_-", 1, 128) //nolint:gochecknoglobals // a table

// place is an address of a map, which is all that a decoder makes.
var place = regexp.MustCompile(`^https://www\.openstreetmap\.org/\?mlat=-?[0-9.]{1,24}&mlon=-?[0-9.]{1,24}$`) //nolint:gochecknoglobals // compiled once

// id is who a person is to us: what Meta calls them for this business, else
// their number.
func (p person) id() string {
	if p.User != "" {
		return p.User
	}
	return p.Phone
}

func (p person) lean() person {
	if !digits.MatchString(p.Phone) {
		p.Phone = ""
	}
	if !scoped.MatchString(p.User) {
		p.User = ""
	}
	p.Name, p.Login = graph.Clip(p.Name, 640), graph.Clip(p.Login, 128)
	return p
}

// lean keeps of a fact what is safe and bounded; ok is false where nothing can be
// done with it.
func (f fact) lean() (fact, bool) {
	if f.What == "notice" {
		if f.Notice == nil || !graph.Object.MatchString(f.ID) {
			return f, false
		}
		n, ok := f.Notice.lean()
		return fact{What: f.What, ID: f.ID, Made: f.Made, Notice: &n}, ok
	}
	f.Notice = nil
	f.From = f.From.lean()
	for _, id := range []*string{&f.Parent, &f.Group} {
		if !graph.Known.MatchString(*id) {
			*id = ""
		}
	}
	if !opaque.MatchString(f.Key) {
		f.Key = ""
	}
	f.Text, f.Version = graph.Clip(f.Text, textMost+1), graph.Clip(f.Version, 256)
	f.Files = slices.Clone(f.Files[:min(len(f.Files), filesMost)])
	for i, a := range f.Files {
		if !graph.Object.MatchString(a.File) {
			a.File = ""
		}
		if !place.MatchString(a.URL) {
			a.URL = ""
		}
		f.Files[i] = attachment{kind(a.Type), a.File, a.URL, graph.Clip(a.Alt, 512)}
	}
	f.Files = slices.DeleteFunc(f.Files, func(a attachment) bool { return a.File == "" && a.URL == "" })
	if !slices.Contains([]string{"message", "ours", "reaction", "edited", "unsent", "status"}, f.What) {
		return f, false
	}
	if f.What == "status" {
		return f, graph.Known.MatchString(f.ID) && slices.Contains([]string{"sent", "delivered", "read", "failed"}, f.Status)
	}
	return f, graph.Known.MatchString(f.ID) && f.From.id() != ""
}

// kind names the type of an attachment as the port does.
func kind(given string) string {
	switch given {
	case "image", "video", "audio", "link":
		return given
	case "sticker":
		return "image"
	case "voice":
		return "audio"
	}
	return "other"
}

// key is the object, the verb and the version: the same fact has the same key.
func (f fact) key() string {
	return strings.TrimSpace(f.What + " " + f.ID + " " + f.Status + f.Version)
}

// raw makes what the house keeps of a lean fact.
func (f fact) raw(number string) network.Raw {
	who := f.From.id()
	if who == "" { // a status that does not say whose: then at least what concerns one message stays in order
		who = f.ID
	}
	data, err := json.Marshal(f)
	if err != nil {
		panic(err) // texts and numbers alone
	}
	key := f.key()
	if f.Notice != nil { // told again, it says the same; what it says may be long
		sum := sha256.Sum256(data)
		key = "notice " + hex.EncodeToString(sum[:16])
	}
	return network.Raw{Account: number, Person: who, Key: key, At: graph.Millis(f.Made), Body: data}
}
