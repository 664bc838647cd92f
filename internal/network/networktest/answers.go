package networktest

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// answerFiles sends files in answers, in public and in private, as far as the limits
// of the account say that the network takes them.
func answerFiles(t *testing.T, h Harness) {
	if !offers(t, h, network.ActReplyFiles) {
		return
	}
	for _, private := range []bool{false, true} {
		name, action := "in public", sandbox.Reply
		if private {
			name, action = "in private", sandbox.Message
		}
		w, _ := asked(t, h, private)
		if w == nil || w.Conn.Limits.Answering(private).Media.MaxItems == 0 {
			continue
		}
		at := answering{h, private, action}
		t.Run(name+" each goes out once", at.goesOut)
		t.Run(name+" what the network does not take is refused before it is asked", at.refuses)
		t.Run(name+" a lost answer is found", at.found)
		t.Run(name+" trouble leaves nothing behind", at.trouble)
	}
}

type answering struct {
	Harness
	private bool
	action  sandbox.Action
}

// asked is a world in which somebody spoke to us; nil where nobody can.
func asked(t *testing.T, h Harness, private bool) (*World, network.Event) {
	t.Helper()
	switch {
	case h.Asked != nil:
		return h.Asked(t, h, private)
	case !private && (!offers(t, h, network.ActReply) || !offers(t, h, network.ActPublish)):
		return nil, network.Event{}
	}
	w := NewWorld(t, h)
	if !private {
		_, sent := w.Publish("Show us yours")
		comment, _ := w.comment(sent.ID, "What does it look like?")
		return w, comment
	}
	_, cursor := w.Read("")
	_, err := w.Stage.Scripts.Do(sandbox.Act{Network: string(h.Name), Kind: "message", Text: "What does it look like?", Person: "p003"})
	if err != nil && !errors.Is(err, sandbox.ErrCannot) {
		t.Fatal(err)
	}
	events, _ := w.Read(cursor)
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.Kind == network.Direct })
	if i < 0 {
		t.Logf("nobody writes in private on %s", h.Name)
		return nil, network.Event{}
	}
	return w, events[i]
}

func (a answering) asked(t *testing.T) (*World, network.Event, network.MediaLimit) {
	t.Helper()
	w, e := asked(t, a.Harness, a.private)
	return w, e, w.Conn.Limits.Answering(a.private).Media
}

// part is a message with files; words only where they may stand beside them.
func (a answering) part(w *World, e network.Event, text string, files ...network.Media) network.Part {
	part := w.Answer(text, network.Ref{ID: e.ID, URL: e.URL, Extra: e.Extra})
	part.Private, part.Media = a.private, files
	if all := w.Conn.Limits.Answering(a.private).Apart(part); len(all) > 1 && len(all[0].Media) == len(files) {
		part = all[0]
	}
	return part
}

// taken is one file of each sort that the limits name.
func taken(l network.MediaLimit) []network.Media {
	var all []network.Media
	if len(l.Image.Types) > 0 {
		all = append(all, shown(l, "A blue shelf"))
	}
	if slices.Contains(l.Video.Types, "video/mp4") {
		all = append(all, Clip(64<<10, max(5, l.Video.MinSeconds), 720, 1280, ""))
	}
	if len(l.Audio.Types) > 0 {
		all = append(all, File(l.Audio.Types[0], []byte("ID3\x03\x00\x00\x00\x00\x00\x00 the sound of a press"), 0, 0, ""))
	}
	if len(l.Document.Types) > 0 {
		paper := File(l.Document.Types[0], []byte("%PDF-1.7\n% opening times"), 0, 0, "")
		paper.Name = "opening times.pdf"
		all = append(all, paper)
	}
	return all
}

// shown is a picture that is taken.
func shown(l network.MediaLimit, alt string) network.Media {
	kind := "image/jpeg"
	if !slices.Contains(l.Image.Types, kind) {
		kind = l.Image.Types[0]
	}
	if l.AltMax == 0 {
		alt = ""
	}
	side := max(l.Image.MinWidth, l.Image.MinShort, 48)
	return Picture(kind, side, side, alt)
}

func (a answering) goesOut(t *testing.T) {
	w, e, l := a.asked(t)
	for i, file := range taken(l) {
		w.Stage.Clock.Advance(time.Minute)
		part := a.part(w, e, fmt.Sprint("Voilà ", i+1), file) // some networks take the same words once
		sent, err := w.Reply(part)
		if err != nil {
			t.Fatalf("%s: %v", file.Type, err)
		}
		made := w.Ledger(a.action)
		if len(made) != i+1 || made[i].Files != 1 || !strings.Contains(made[i].Text, part.Text) || sent.ID == "" {
			t.Fatalf("%s: sent as %+v, and the ledger has %+v", file.Type, sent, made)
		}
		if other := w.Ledger(sandbox.Publish); a.private && len(other)+len(w.Ledger(sandbox.Reply)) != 0 && a.Asked == nil {
			t.Fatalf("a private answer became %+v", other)
		}
		if file.Alt != "" && !told(w, file.Alt) {
			t.Errorf("%s: the network was not told what it shows", file.Type)
		}
		if file.Name != "" && a.private && !a.Nameless && !told(w, file.Name) {
			t.Errorf("%s: the network was not told what it is called", file.Type)
		}
	}
	if l.MaxItems > 1 && l.Image.MaxItems != 1 && len(l.Image.Types) > 0 {
		part := a.part(w, e, "Two", shown(l, "A blue shelf"), shown(l, "A red one"))
		if _, err := w.Reply(part); err != nil {
			t.Fatal(err)
		}
		if made := w.Ledger(a.action); made[len(made)-1].Files != 2 {
			t.Errorf("two files became %+v", made[len(made)-1])
		}
	}
}

// told says whether the network heard a word, however it was written.
func told(w *World, word string) bool {
	forms := []string{word, url.QueryEscape(word), strings.ReplaceAll(word, " ", "%20")}
	return slices.ContainsFunc(w.Front.Requests(), func(r Request) bool {
		return slices.ContainsFunc(forms, func(s string) bool { return bytes.Contains(r.Body, []byte(s)) || strings.Contains(r.Query, s) })
	})
}

func (a answering) refuses(t *testing.T) {
	w, e, l := a.asked(t)
	odd := File("application/x-odd", []byte("odd"), 0, 0, "")
	picture := shown(l, "A shelf")
	huge := picture
	huge.Bytes = 1 << 40
	many := make([]network.Media, l.MaxItems+1)
	for i := range many {
		many[i] = shown(l, "A shelf")
	}
	before := len(w.Front.Requests())
	bad := map[string][]network.Media{"an odd file": {odd}, "a huge file": {huge}, "too many": many}
	if l.Image.MaxBytes == 0 {
		delete(bad, "a huge file") // the network names no size
	}
	for name, files := range bad {
		_, err := w.Reply(a.part(w, e, "Voilà", files...))
		if !fault.Is(err, fault.Invalid) {
			t.Fatalf("%s: %v", name, err)
		}
		if _, hint := fault.Shown(err); hint == "" {
			t.Errorf("%s: nothing is said about what to do", name)
		}
	}
	if l.Caption != nil {
		part := a.part(w, e, "", picture)
		part.Text = strings.Repeat("é", l.Caption.Max+1)
		_, err := w.Reply(part)
		w.kind(err, fault.Invalid)
	}
	if n := len(w.Front.Requests()); n != before {
		t.Errorf("%d requests for what can never pass", n-before)
	}
	// To nobody.
	stranger := a.part(w, network.Event{Ref: network.Ref{ID: "nobody"}}, "Voilà", picture)
	_, err := w.Reply(stranger)
	w.kind(err, fault.Invalid, fault.NotFound)
	if made := w.Ledger(a.action); len(made) != 0 {
		t.Errorf("what was refused became %+v", made)
	}
}

func (a answering) found(t *testing.T) {
	for _, m := range after()[:2] {
		w, e, l := a.asked(t)
		part := a.part(w, e, "Here it is", shown(l, "A shelf"))
		m.Action, m.Times = a.action, 1
		w.Weather(m)
		_, err := w.Reply(part)
		w.kind(err, fault.Uncertain)
		made := w.Ledger(a.action)
		if len(made) != 1 {
			t.Fatalf("the ledger has %+v", made)
		}
		if !offers(t, a.Harness, network.ActFind) {
			return
		}
		look, err := w.Look(part)
		if err != nil {
			t.Fatal(err)
		}
		if look.Exact != nil {
			if !strings.Contains(made[0].Object, look.Exact.ID) {
				t.Errorf("found %s, and ours is %s", look.Exact.ID, made[0].Object)
			}
			continue
		}
		if same := near(look, part); len(same) != 1 || !strings.Contains(made[0].Object, same[0].ID) {
			t.Errorf("what looks like ours: %+v of %+v; ours is %s", same, look.Near, made[0].Object)
		}
		// The same words without the file are another answer.
		bare := part
		bare.Media = nil
		if same := near(look, bare); len(same) != 0 {
			t.Errorf("an answer without files would be taken for %+v", same)
		}
	}
}

func (a answering) trouble(t *testing.T) {
	for _, action := range []sandbox.Action{sandbox.Upload, a.action} {
		w, e, l := a.asked(t)
		w.Weather(sandbox.Mishap{Kind: sandbox.ServerError, Action: action, Times: 1})
		_, err := w.Reply(a.part(w, e, "Here it is", shown(l, "A shelf")))
		switch {
		case err == nil && action == sandbox.Upload:
			continue // nothing is handed over beforehand there
		case action == sandbox.Upload:
			w.kind(err, fault.Unavailable) // nobody sees an upload
		default:
			w.kind(err, fault.Unavailable, fault.Uncertain)
		}
		if made := w.Ledger(a.action); len(made) != 0 {
			t.Errorf("it became %+v", made)
		}
	}
	if a.Asked != nil {
		return
	}
	w, e, l := a.asked(t)
	part := a.part(w, e, "Here it is", shown(l, "A shelf"))
	w.Front.Instead(func(rw http.ResponseWriter, _ *http.Request) bool {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"id":7,"data":[null]}`)) // the client sees to it
		return true
	})
	_, err := w.Reply(part)
	w.kind(err, fault.Uncertain, fault.Unavailable, fault.Invalid, fault.Denied)
}
