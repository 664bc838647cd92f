package stream

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/fault"
)

// MaxBody is the most that one fact may carry.
const MaxBody = 4 << 20

// Fact is one thing that a network, or a door of our own, told us.
type Fact struct {
	Workspace string    `json:"w"`
	Channel   string    `json:"c"`           // ours
	Person    string    `json:"p,omitempty"` // the network's id of who did it: facts of one person stay in order
	Key       string    `json:"k"`           // object + verb + version: told twice, the same
	Kind      string    `json:"n,omitempty"` // which decoder reads Body
	At        time.Time `json:"t"`           // when it happened, as we were told
	Body      []byte    `json:"b,omitempty"`

	Sequence uint64    `json:"-"` // its place in the stream, once it was read from there
	Received time.Time `json:"-"` // when it was appended
}

// plain says whether a name can be stored and indexed in both databases.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsRune(s, 0) && len(s) <= 512
}

// named is a name from outside as it is kept: one that no database takes is
// replaced by its digest, which recognises and orders just as well.
func named(s string) string {
	if plain(s) {
		return s
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(s)))
}

func (f Fact) check() error {
	for _, s := range []string{f.Workspace, f.Channel, f.Kind} {
		if !plain(s) {
			return fault.New(fault.Invalid, "A fact names something that is no text.")
		}
	}
	if f.Workspace == "" || f.Key == "" {
		return fault.New(fault.Invalid, "A fact lacks its workspace or its key.")
	}
	if len(f.Body) > MaxBody {
		return fault.New(fault.Invalid, "A fact is longer than %d bytes.", MaxBody)
	}
	return nil
}

// partition puts a person always in the same place; what nobody did goes with
// its channel.
func (f Fact) partition(of int) int {
	who := f.Person
	if who == "" {
		who = f.Channel
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(f.Workspace + "\x00" + who)) // a hash takes everything
	return int(h.Sum32() % uint32(of))
}

// encode writes the names as one line of JSON and the body as it is.
func (f Fact) encode() ([]byte, error) {
	body := f.Body
	f.Body = nil
	head, err := json.Marshal(f)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "A fact cannot be written down.")
	}
	return append(append(head, '\n'), body...), nil
}

func decode(data []byte) (Fact, error) {
	var f Fact
	head, body, ok := bytes.Cut(data, []byte{'\n'})
	if !ok {
		return f, fault.New(fault.Internal, "a stored fact has no body")
	}
	if err := json.Unmarshal(head, &f); err != nil {
		return f, fault.Wrap(fault.Internal, err, "a stored fact cannot be read")
	}
	f.Body = bytes.Clone(body)
	return f, nil
}
