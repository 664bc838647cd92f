package linkedin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// textMost bounds a text that came in, in bytes.
const textMost = 64 << 10

// fact is the driver's own form of something that happened on a Page. Webhooks and
// readings become the same.
type fact struct {
	Action string `json:"action"`
	Post   string `json:"post,omitempty"`   // URN of the post that it is about
	Thread string `json:"thread,omitempty"` // its activity
	Number string `json:"number,omitempty"` // of a comment
	Parent string `json:"parent,omitempty"` // the first comment, if it answers one
	Share  string `json:"share,omitempty"`  // URN of what somebody posted
	Actor  string `json:"actor,omitempty"`
	Name   string `json:"name,omitempty"` // of the actor, where it was asked for
	Handle string `json:"handle,omitempty"`
	Text   string `json:"text,omitempty"`
	At     int64  `json:"at,omitempty"` // milliseconds
	// Named: this comment is told once more, because only now it is known what its
	// author is called. A webhook does not say it.
	Named bool `json:"named,omitempty"`
}

// What LinkedIn tells of.
const (
	actLike    = "LIKE"
	actComment = "COMMENT"
	actAdmin   = "ADMIN_COMMENT" // by somebody who administers the Page, or by the Page
	actEdit    = "COMMENT_EDIT"
	actDelete  = "COMMENT_DELETE"
	actShare   = "SHARE"
	actMention = "SHARE_MENTION"
)

func actions() []string {
	return []string{actLike, actComment, actShare, actMention, actAdmin, actEdit, actDelete}
}

// loose is a string that may also come as a number.
type loose string

// UnmarshalJSON takes strings and numbers; anything else is empty.
func (l *loose) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*l = loose(s)
		return nil
	}
	var n json.Number
	if json.Unmarshal(data, &n) == nil {
		*l = loose(n)
	}
	return nil
}

// notice is one notification, as LinkedIn tells it.
type notice struct {
	ID        loose `json:"notificationId"`
	Page      loose `json:"organizationalEntity"`
	Action    loose `json:"action"`
	Source    loose `json:"sourcePost"`
	Generated loose `json:"generatedActivity"`
	At        loose `json:"lastModifiedAt"`
	Post      struct {
		Entity loose `json:"entity"`
	} `json:"decoratedSourcePost"`
	What struct {
		Comment *activity `json:"comment"`
		Share   *activity `json:"share"`
	} `json:"decoratedGeneratedActivity"`
}

type activity struct {
	Owner  loose `json:"owner"`
	Text   loose `json:"text"`
	Entity loose `json:"entity"`
	Object loose `json:"object"`
	Parent loose `json:"parentComment"`
}

// lean keeps of a notification what is of use; ok is false for what is of none.
func (n notice) lean() (f fact, ok bool) {
	f = fact{Action: string(n.Action), Thread: string(n.Source)}
	f.At, _ = strconv.ParseInt(string(n.At), 10, 64) // what is no number is no time
	if f.Post = string(n.Post.Entity); !postURN.MatchString(f.Post) {
		f.Post = f.Thread
	}
	var what activity
	switch f.Action {
	case actComment, actAdmin, actEdit, actDelete:
		if n.What.Comment != nil {
			what = *n.What.Comment
		}
		thread, number, is := comment(string(n.Generated))
		if !is {
			thread, number, is = comment(string(what.Entity))
		}
		if !is {
			return f, false
		}
		f.Thread, f.Number = thread, number
		for _, urn := range []loose{what.Parent, what.Object} {
			if t, above, is := comment(string(urn)); is && above != number {
				f.Parent = whole(t, above)
				break
			}
		}
	case actShare, actMention:
		if n.What.Share != nil {
			what = *n.What.Share
		}
		if f.Share = string(n.Generated); !postURN.MatchString(f.Share) {
			f.Share = string(what.Entity)
		}
	case actLike:
		if m := felt.FindStringSubmatch(string(n.Generated)); m != nil {
			what.Owner = loose(m[1])
		}
	}
	f.Actor, f.Text = string(what.Owner), string(what.Text)
	return f.sound()
}

// sound bounds a fact and looks whether it says enough.
func (f fact) sound() (fact, bool) {
	if !postURN.MatchString(f.Post) {
		f.Post = ""
	}
	if !postURN.MatchString(f.Thread) {
		f.Thread = f.Post
	}
	if !actor(f.Actor) {
		f.Actor = ""
	}
	if _, _, ok := comment(f.Parent); !ok {
		f.Parent = ""
	}
	if moment(f.At).IsZero() {
		f.At = 0
	}
	f.Text, f.Name, f.Handle = clip(f.Text, textMost+4), clip(f.Name, 640), clip(f.Handle, 128)
	switch f.Action {
	case actComment, actAdmin, actEdit, actDelete:
		_, _, ok := comment(whole(f.Thread, f.Number))
		return f, ok
	case actShare, actMention:
		return f, postURN.MatchString(f.Share)
	case actLike:
		return f, f.Actor != "" && f.Thread != ""
	}
	return f, false
}

// key names the event, the same each time it is told. An edit has its moment in
// it: the same words may come back.
func (f fact) key() string {
	if f.Named {
		sum := sha256.Sum256([]byte(f.Name + "\x00" + f.Handle))
		return "named " + f.Actor + " " + hex.EncodeToString(sum[:8])
	}
	switch f.Action {
	case actComment, actAdmin:
		return "comment " + f.Number
	case actEdit:
		return "edited " + f.Number + " " + strconv.FormatInt(f.At, 10)
	case actDelete:
		return "deleted " + f.Number
	case actShare:
		return "share " + f.Share
	case actMention:
		return "mention " + f.Share
	}
	return "like " + f.Actor + " " + f.Thread
}

func (f fact) raw(page string) network.Raw {
	data, err := json.Marshal(f)
	if err != nil {
		panic(err) // strings and numbers
	}
	who := f.Actor
	if who == "" { // of what is deleted, nobody is told by whom
		who = f.Thread + "," + f.Number
	}
	return network.Raw{Account: page, Person: who, Key: f.key(), At: f.when(), Body: data}
}

func (f fact) when() time.Time {
	if at := moment(f.At); !at.IsZero() {
		return at
	}
	if f.Number != "" {
		return born(":" + f.Number)
	}
	return born(f.Share)
}

// clip makes a text from outside safe to keep, and bounds it.
func clip(s string, most int) string {
	s = text.Clean(s)
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// bare is the id inside a URN.
func bare(urn string) string { return urn[strings.LastIndexByte(urn, ':')+1:] }
