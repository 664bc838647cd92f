package networktest

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// paper is a document that the account's network takes.
func (w *World) paper() network.Media {
	l := w.Account.Limits.Media.Document
	kind, data := "application/pdf", "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/MediaBox[0 0 612 792]/Parent 2 0 R>>endobj\ntrailer<</Size 4/Root 1 0 R>>\n%%EOF\n"
	if !slices.Contains(l.Types, kind) {
		w.t.Fatalf("%s takes no PDF: give a test of its own", w.harness.Name)
	}
	m := File(kind, []byte(data), 0, 0, "")
	m.Name = "Autumn programme.pdf"
	return m
}

// documents publishes a document: once, with its name, found again after a lost answer,
// and beside nothing else.
func documents(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	part := w.Part("our autumn programme")
	part.Media = []network.Media{w.paper()}
	sent := w.sendOnce(part)
	if !slices.ContainsFunc(w.Front.Requests(), func(r Request) bool { return bytes.HasPrefix(r.Body, []byte("%PDF-1.7")) }) {
		t.Error("the document was not handed over as it is")
	}
	if !w.told("Autumn programme") {
		t.Error("nobody was told what it is called")
	}
	look, err := w.Find(part, part.At.Add(-time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	ours(t, look, part, sent.ID)

	titled := w.Part("the same, with a title")
	titled.Title, titled.Media = "What is on in autumn", []network.Media{w.paper()}
	if _, err := w.Send(titled); err != nil {
		t.Fatal(err)
	}
	if !w.told("What is on in autumn") {
		t.Error("nobody was told its title")
	}

	for name, files := range map[string][]network.Media{
		"two documents":              {w.paper(), w.paper()},
		"a document and a picture":   {w.paper(), w.picture("autumn leaves")},
		"a document of another kind": {File("application/x-odd", []byte("odd"), 0, 0, "")},
		"a document that is too big": {func() network.Media {
			m := w.paper()
			m.Bytes = w.Account.Limits.Media.Document.MaxBytes + 1
			return m
		}()},
	} {
		before := len(w.Front.Requests())
		odd := w.Part(name)
		odd.Media = files
		_, err := w.Send(odd)
		w.kind(err, fault.Invalid)
		if len(w.Front.Requests()) != before {
			t.Errorf("the network was asked about %s", name)
		}
	}

	broken := w.Part("not what it says")
	broken.Media = []network.Media{File("application/pdf", []byte(strings.Repeat("no paper ", 50)), 0, 0, "")}
	_, err = w.Send(broken)
	w.kind(err, fault.Invalid)

	lost := NewWorld(t, h)
	lost.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	part = lost.Part("did the programme arrive?")
	part.Media = []network.Media{lost.paper()}
	_, err = lost.Send(part)
	lost.kind(err, fault.Uncertain)
	found(t, lost, part, sandbox.Publish)
}
