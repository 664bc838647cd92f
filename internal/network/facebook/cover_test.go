package facebook_test

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
)

// The picture that was brought last is the one that is seen, of a video and of a reel.
func TestACoverIsSeen(t *testing.T) {
	o := open(t)
	reel := films(o)["filmreel"]
	post := o.Part("with a cover")
	post.Media = []network.Media{clip()}
	for _, part := range []network.Part{post, reel} {
		sent, err := o.Send(part)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"image/png", "image/jpeg"} {
			cover := networktest.Picture(kind, 720, 1280, "")
			if err := o.driver.Cover(t.Context(), o.Conn, sent.Ref, cover); err != nil {
				t.Fatalf("%s, %s: %v", part.Kind, kind, err)
			}
			file, err := cover.Open()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(file)
			if err != nil {
				t.Fatal(err)
			}
			if got := o.net.Thumbnail(sent.ID); !bytes.Equal(got, data) {
				t.Errorf("%s, %s: a picture of %d bytes is seen, not the one of %d", part.Kind, kind, len(got), len(data))
			}
		}
	}
	if n := len(o.Ledger(sandbox.Publish)); n != 2 {
		t.Errorf("%d posts", n)
	}
}

// What cannot have a cover is said before anything is asked.
func TestWhereACoverCannotBe(t *testing.T) {
	o := open(t)
	cover := networktest.Picture("image/png", 720, 1280, "")
	before := len(o.Front.Requests())
	err := o.driver.Cover(t.Context(), o.Conn, network.Ref{ID: o.Account.ID + "_1"}, cover)
	if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint == "" {
		t.Errorf("of a post whose video nobody knows: %v", err)
	}
	large := cover
	large.Bytes = 10_000_001
	ref := network.Ref{ID: o.Account.ID + "_1", Extra: []byte(`{"video":"7"}`)}
	if err := o.driver.Cover(t.Context(), o.Conn, ref, large); !fault.Is(err, fault.Invalid) {
		t.Errorf("a large one: %v", err)
	}
	if len(o.Front.Requests()) != before {
		t.Error("Facebook was asked")
	}
	story := films(o)["filmstory"]
	story.Media[0].Cover = &cover
	problems := o.driver.Profile().Limits.CheckParts([]network.Part{story})
	if !slices.ContainsFunc(problems, func(p network.Problem) bool { return p.Key == "no_cover" && p.Level == "warn" }) {
		t.Errorf("nothing is said of a story's cover: %+v", problems)
	}
}
